//! An adapter to a library that knows a few arrays by heart, to test the kit with.

#[path = "../kit/rust/zarr_adapter.rs"]
mod zarr_adapter;

use std::io::Error;

use zarr_adapter::{Answer, Place};
use zarr_adapter::{describe, elements, items, opening, reading, serve, unsupported};
use zarr_adapter::{Elements, elements_asked, integers, writing};

mod library {
    use super::Error;

    pub fn open(path: &str) -> Result<&str, Error> {
        println!("a library may print what it likes");
        match path {
            "/absent" => Err(Error::other("there is no such node")),
            path => Ok(path),
        }
    }

    pub fn write(path: &str) -> Result<(), Error> {
        match path {
            "/full" => Err(Error::other("there is no room")),
            _ => Ok(()),
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
        "write" => write(place),
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

/// What was to be written, and the fill value, in its own digits.
fn write(place: &Place) -> Answer {
    writing(library::write(&place.path))?;
    let asked = &place.asked["elements"];
    let name = asked["data_type"].as_str().expect("a data type has a name");
    let shape = integers(&asked["shape"]);
    let mut answer = match elements_asked(&place.asked) {
        Elements::Fixed(bytes) => elements(name, &shape, &bytes),
        Elements::Variable(list) => {
            items(name, &shape, &list.iter().map(Vec::as_slice).collect::<Vec<_>>())?
        }
    };
    answer["fill_value"] = place.asked["metadata"]["zarr.json"]["fill_value"]
        .to_string()
        .into();
    Ok(answer)
}
