//! Matrix products on slices, with every bound checked before the `gemm` crate goes to work.

/// A matrix laid over a slice: element `(row, column)` is at `row * strides[0] + column * strides[1]`.
#[derive(Clone, Copy)]
pub struct View<'a> {
    values: &'a [f32],
    shape: [usize; 2],
    strides: [usize; 2],
}

impl<'a> View<'a> {
    /// # Panics
    /// If an element lies outside `values`.
    pub fn new(values: &'a [f32], shape: [usize; 2], strides: [usize; 2]) -> Self {
        assert!(
            covers(values.len(), shape, strides),
            "a {shape:?} matrix with strides {strides:?} in {}",
            values.len()
        );
        Self { values, shape, strides }
    }
}

/// As [`View`], to be written.
pub struct ViewMut<'a> {
    values: &'a mut [f32],
    shape: [usize; 2],
    strides: [usize; 2],
}

impl<'a> ViewMut<'a> {
    /// # Panics
    /// If an element lies outside `values`, or two elements in the same place.
    pub fn new(values: &'a mut [f32], shape: [usize; 2], strides: [usize; 2]) -> Self {
        assert!(
            covers(values.len(), shape, strides),
            "a {shape:?} matrix with strides {strides:?} in {}",
            values.len()
        );
        let row_major = strides[1] > 0 && strides[0] > shape[1].saturating_sub(1) * strides[1];
        let column_major = strides[0] > 0 && strides[1] > shape[0].saturating_sub(1) * strides[0];
        assert!(row_major || column_major, "elements of {shape:?} with strides {strides:?} overlap");
        Self { values, shape, strides }
    }
}

fn covers(length: usize, shape: [usize; 2], strides: [usize; 2]) -> bool {
    let last = |axis: usize| shape[axis].checked_sub(1)?.checked_mul(strides[axis]);
    match (last(0), last(1)) {
        (Some(row), Some(column)) => row.checked_add(column).is_some_and(|last| last < length),
        // No elements, or more than fit an address.
        _ => shape.contains(&0),
    }
}

/// Whether a product is computed by the calling thread alone or by all.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Threads {
    One,
    All,
}

/// `dst = a b`, or `dst += a b` if `accumulate`.
///
/// # Panics
/// If the shapes do not fit.
pub fn multiply(dst: &mut ViewMut<'_>, a: View<'_>, b: View<'_>, accumulate: bool, threads: Threads) {
    let [m, n] = dst.shape;
    let k = a.shape[1];
    assert!(a.shape[0] == m && b.shape == [k, n], "{:?} x {:?} into {:?}", a.shape, b.shape, dst.shape);
    if m == 0 || n == 0 {
        return;
    }
    let parallelism = match threads {
        Threads::One => gemm::Parallelism::None,
        Threads::All => gemm::Parallelism::Rayon(0),
    };
    let strides = |strides: [usize; 2]| (strides[1] as isize, strides[0] as isize);
    let ((dst_cs, dst_rs), (a_cs, a_rs), (b_cs, b_rs)) = (strides(dst.strides), strides(a.strides), strides(b.strides));
    #[allow(unsafe_code, reason = "the gemm crate takes pointers; the views' constructors have checked all bounds")]
    // SAFETY: each view covers its slice, `dst` is borrowed mutably and its elements do not overlap, the shapes fit.
    unsafe {
        gemm::gemm(
            m,
            n,
            k,
            dst.values.as_mut_ptr(),
            dst_cs,
            dst_rs,
            accumulate,
            a.values.as_ptr(),
            a_cs,
            a_rs,
            b.values.as_ptr(),
            b_cs,
            b_rs,
            if accumulate { 1.0 } else { 0.0 },
            1.0f32,
            false,
            false,
            false,
            parallelism,
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn products_follow_the_strides() {
        // [1 2; 3 4] times the transpose of [5 6; 7 8].
        let (a, b) = ([1.0, 2.0, 3.0, 4.0], [5.0, 6.0, 7.0, 8.0]);
        let mut out = [1.0; 4];
        let (a, b) = (View::new(&a, [2, 2], [2, 1]), View::new(&b, [2, 2], [1, 2]));
        multiply(&mut ViewMut::new(&mut out, [2, 2], [2, 1]), a, b, false, Threads::One);
        assert_eq!(out, [17.0, 23.0, 39.0, 53.0]);
        multiply(&mut ViewMut::new(&mut out, [2, 2], [1, 2]), a, b, true, Threads::One);
        assert_eq!(out, [34.0, 62.0, 62.0, 106.0]);
    }

    #[test]
    #[should_panic(expected = "matrix")]
    fn a_view_beyond_its_slice_is_refused() {
        View::new(&[0.0; 5], [2, 3], [3, 1]);
    }

    #[test]
    #[should_panic(expected = "overlap")]
    fn a_destination_whose_rows_overlap_is_refused() {
        ViewMut::new(&mut [0.0; 5], [2, 3], [2, 1]);
    }
}
