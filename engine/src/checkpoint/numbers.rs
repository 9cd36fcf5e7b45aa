//! Bytes of a file -> f32.

use half::{bf16, f16};

use super::source::DType;

/// Every element as f32. Bytes past the last whole element are left out (sources hand out whole tensors).
pub fn to_f32(dtype: DType, raw: &[u8]) -> Vec<f32> {
    match dtype {
        DType::F64 => each(raw, |b| f64::from_le_bytes(b) as f32),
        DType::F32 => each(raw, f32::from_le_bytes),
        DType::F16 => each(raw, |b| f16::from_le_bytes(b).to_f32()),
        DType::Bf16 => each(raw, |b| bf16::from_le_bytes(b).to_f32()),
        DType::F8E4m3 => each(raw, |[b]: [u8; 1]| f8_e4m3(b)),
        // The upper half of an f16.
        DType::F8E5m2 => each(raw, |[b]: [u8; 1]| f16::from_bits(u16::from(b) << 8).to_f32()),
        DType::I64 => each(raw, |b| i64::from_le_bytes(b) as f32),
        DType::I32 => each(raw, |b| i32::from_le_bytes(b) as f32),
        DType::I16 => each(raw, |b| f32::from(i16::from_le_bytes(b))),
        DType::I8 => each(raw, |b| f32::from(i8::from_le_bytes(b))),
        DType::U64 => each(raw, |b| u64::from_le_bytes(b) as f32),
        DType::U32 => each(raw, |b| u32::from_le_bytes(b) as f32),
        DType::U16 => each(raw, |b| f32::from(u16::from_le_bytes(b))),
        DType::U8 => each(raw, |[b]: [u8; 1]| f32::from(b)),
        DType::Bool => each(raw, |[b]: [u8; 1]| f32::from(u8::from(b != 0))),
    }
}

fn each<const N: usize>(raw: &[u8], convert: impl Fn([u8; N]) -> f32) -> Vec<f32> {
    let (elements, _) = raw.as_chunks::<N>();
    elements.iter().map(|bytes| convert(*bytes)).collect()
}

/// `float8_e4m3fn` (Micikevicius et al. 2022): bias 7, largest number 448, NaN where all bits below the sign are set.
fn f8_e4m3(bits: u8) -> f32 {
    let sign = if bits & 0x80 == 0 { 1.0 } else { -1.0 };
    let (exponent, mantissa) = (i32::from((bits >> 3) & 0x0f), f32::from(bits & 0x07));
    match (exponent, bits & 0x7f) {
        (_, 0x7f) => f32::NAN,
        (0, _) => sign * mantissa * 2f32.powi(-9),
        _ => sign * (1.0 + mantissa / 8.0) * 2f32.powi(exponent - 7),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_type_becomes_the_same_numbers() {
        assert_eq!(to_f32(DType::F64, &1.5f64.to_le_bytes()), [1.5]);
        assert_eq!(to_f32(DType::F32, &(-2.25f32).to_le_bytes()), [-2.25]);
        assert_eq!(to_f32(DType::F16, &[0x00, 0x3c, 0x00, 0xc0]), [1.0, -2.0]);
        assert_eq!(to_f32(DType::Bf16, &[0x80, 0x3f, 0x49, 0x40]), [1.0, 3.140625]);
        assert_eq!(to_f32(DType::I64, &(-3i64).to_le_bytes()), [-3.0]);
        assert_eq!(to_f32(DType::Bool, &[0, 1, 2]), [0.0, 1.0, 1.0]);
    }

    #[test]
    fn eight_bit_floats_are_those_of_the_paper() {
        // Table 1 of arXiv:2209.05433: largest, smallest normal and smallest subnormal numbers.
        assert_eq!(to_f32(DType::F8E4m3, &[0x7e, 0x08, 0x01, 0xb8]), [448.0, 0.015625, 0.001953125, -1.0]);
        assert!(f8_e4m3(0x7f).is_nan() && f8_e4m3(0xff).is_nan());
        assert_eq!(to_f32(DType::F8E5m2, &[0x7b, 0x04, 0x01]), [57344.0, 6.1035156e-5, 1.5258789e-5]);
    }
}
