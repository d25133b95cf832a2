//! An adapter to a library that knows a few arrays by heart, to test the kit with.

#[path = "../kit/rust/zarr_adapter.rs"]
mod zarr_adapter;

use std::io::Error;

use zarr_adapter::{Answer, Place};
use zarr_adapter::{describe, elements, items, opening, reading, serve, unsupported};

mod library {
    use super::Error;

    pub fn open(path: &str) -> Result<&str, Error> {
        println!("a library may print what it likes");
        match path {
            "/absent" => Err(Error::other("there is no such node")),
            path => Ok(path),
        }
    }

    pub fn read(path: &str) -> Result<[u64; 2], Error> {
        match path {
            "/broken" => Err(Error::other("its chunk is broken")),
            "/fault" => panic!("out of its mind"),
            "/nans" => Ok([1 << 63, 0x7ff0000000000001]),
            _ => Ok([u64::MAX, 1]),
        }
    }
}

fn main() {
    serve(describe("echo", "1.0"), |question, place| match question {
        "read" => read(place),
        _ => unsupported(question),
    });
}

fn read(place: &Place) -> Answer {
    let node = opening(library::open(&place.path))?;
    let values = reading(library::read(node))?;
    if place.path == "/strings" {
        return items("string", &[3], &[b"a", b"", "ü".as_bytes()]);
    }
    let name = if place.path == "/nans" {
        "float64"
    } else {
        "uint64"
    };
    Ok(elements(name, &[2], &values.map(u64::to_le_bytes).concat()))
}
