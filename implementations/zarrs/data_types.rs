//! What the protocol calls zarrs' data types, and how it passes on their elements.

use std::borrow::Cow;

use serde_json::Value;

/// The name of a data type, with its parameters in brackets.
pub fn name_of(name: &str, configuration: &Value) -> String {
    let name = match name {
        "complex_float32" => "complex64",
        "complex_float64" => "complex128",
        name => name,
    };
    if let Some(length) = configuration.get("length_bytes") {
        return format!("{name}[{length}]");
    }
    let Some(Value::String(unit)) = configuration.get("unit") else {
        return name.into();
    };
    let unit = if unit == "μs" { "us" } else { unit };
    match configuration.get("scale_factor") {
        Some(scale) if *scale != 1 => format!("{name}[{scale}{unit}]"),
        _ => format!("{name}[{unit}]"),
    }
}

/// Integers of less than a byte: where the protocol has zeros, zarrs has copies of the sign.
pub fn narrow<'a>(name: &str, bytes: &'a [u8]) -> Cow<'a, [u8]> {
    let unused = match name {
        "int2" => 6,
        "int4" => 4,
        _ => return bytes.into(),
    };
    let narrowed = bytes.iter().map(|&byte| {
        let signed = ((byte << unused) as i8 >> unused) as u8;
        if byte == signed {
            byte & (0xff >> unused)
        } else {
            byte
        }
    });
    narrowed.collect()
}

/// The same the other way round, for elements that are to be written.
#[cfg(feature = "v0_23")]
pub fn widened(name: &str, mut bytes: Vec<u8>) -> Vec<u8> {
    let unused = match name {
        "int2" => 6,
        "int4" => 4,
        _ => return bytes,
    };
    for byte in &mut bytes {
        *byte = ((*byte << unused) as i8 >> unused) as u8;
    }
    bytes
}
