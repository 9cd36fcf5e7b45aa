//! Loops over pixels, compiled for the widest vector instructions of the processor that they run on.

pub(crate) use pulp::NullaryFnOnce as Kernel;

/// Runs `kernel`, with everything inlined into it compiled for the best instruction set this processor has. Its `call`
/// must be `#[inline(always)]`, and so must be all that it calls: what is not inlined is compiled for the oldest processor.
/// (A closure cannot carry the attribute, hence the trait.) Results do not depend on the instructions: nothing is fused or
/// put into another order.
pub(crate) fn dispatch<K: Kernel>(kernel: K) -> K::Output {
    let arch = pulp::Arch::new();
    if matches!(arch, pulp::Arch::Scalar) {
        // No AVX-512: there may be AVX2, see the workspace's Cargo.toml.
        pulp_avx2::Arch::new().dispatch(Avx2(kernel))
    } else {
        arch.dispatch(kernel)
    }
}

/// A kernel for the other version of the crate.
struct Avx2<K>(K);

impl<K: Kernel> pulp_avx2::NullaryFnOnce for Avx2<K> {
    type Output = K::Output;

    #[inline(always)]
    fn call(self) -> K::Output {
        self.0.call()
    }
}
