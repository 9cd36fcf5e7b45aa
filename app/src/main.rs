//! The program `brushfire`; see the library of the same name.

fn main() -> std::process::ExitCode {
    brushfire::cli::main()
}
