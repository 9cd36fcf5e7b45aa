//! Loops over pixels, compiled for the widest vector instructions of the processor that they run on.

pub(crate) use pulp::NullaryFnOnce as Kernel;

/// Runs `kernel`, with everything inlined into it compiled for the best instruction set this processor has. Its `call`
/// must be `#[inline(always)]`, and so must be all that it calls: what is not inlined is compiled for the oldest processor.
/// (A closure cannot carry the attribute, hence the trait.) Results do not depend on the instructions: nothing is fused or
/// put into another order.
pub(crate) fn dispatch<K: Kernel>(kernel: K) -> K::Output {
    pulp::Arch::new().dispatch(kernel)
}
