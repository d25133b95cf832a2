//! Puts the questions of zarr-conformance to {{ name }}.

#[allow(dead_code)] // until all of it is used
mod zarr_adapter;

use zarr_adapter::{Answer, Place, describe, serve, unsupported};

/// The elements of the array at `place.path` in the directory `place.store`.
fn read(_place: &Place) -> Answer {
    // let array = opening(library::open(&place.store, &place.path))?; // its error is its refusal
    // let bytes = reading(array.read())?;
    // Ok(elements(array.data_type(), array.shape(), &bytes))
    unsupported("read")
}

fn main() {
    serve(describe("{{ name }}", "unknown"), |question, place| match question {
        "read" => read(place),
        _ => unsupported(question),
    });
}
