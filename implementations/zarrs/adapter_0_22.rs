//! Ask the releases of zarrs before 0.23 through the functions that their users call.

#[path = "../kit/rust/zarr_adapter.rs"]
mod zarr_adapter;

mod data_types;

#[cfg(feature = "v0_16")]
use zarrs_0_16 as zarrs;
#[cfg(feature = "v0_18")]
use zarrs_0_18 as zarrs;
#[cfg(feature = "v0_20")]
use zarrs_0_20 as zarrs;
#[cfg(feature = "v0_22")]
use zarrs_0_22 as zarrs;

use std::sync::Arc;

use data_types::{name_of, narrow};
use serde_json::{Map, Value, json};
use zarr_adapter::{Answer, Otherwise, Place};
use zarr_adapter::{describe, elements, items, opening, reading, serve, unsupported};
use zarrs::array::{Array, ArrayBytes, DataType};
use zarrs::array_subset::ArraySubset;
#[cfg(not(feature = "v0_16"))]
use zarrs::config::MetadataRetrieveVersion;
#[cfg(not(feature = "v0_16"))]
use zarrs::filesystem::FilesystemStore;
use zarrs::group::Group;
#[cfg(feature = "v0_16")]
use zarrs::metadata::MetadataRetrieveVersion;
use zarrs::node::{Node, NodeMetadata};
#[cfg(feature = "v0_16")]
use zarrs::storage::store::FilesystemStore;
use zarrs::version::{version_major, version_minor, version_patch};

fn main() {
    let (major, minor, patch) = (version_major(), version_minor(), version_patch());
    let description = describe("zarrs", &format!("{major}.{minor}.{patch}"));
    serve(description, |question, place| match question {
        "read" => read(place),
        "read_region" => read_region(place),
        "list" => list(place),
        "metadata" => metadata(place),
        _ => unsupported(question),
    });
}

fn read(place: &Place) -> Answer {
    let array = opening(Array::open_opt(store(place)?, &place.path, &version(place)))?;
    retrieve(&array, &ArraySubset::new_with_shape(array.shape().to_vec()))
}

fn read_region(place: &Place) -> Answer {
    let array = opening(Array::open_opt(store(place)?, &place.path, &version(place)))?;
    let region = ArraySubset::new_with_start_end_exc(place.start.clone(), place.stop.clone());
    retrieve(&array, &reading(region)?)
}

fn retrieve(array: &Array<FilesystemStore>, region: &ArraySubset) -> Answer {
    let name = data_type_name(array.data_type());
    match reading(array.retrieve_array_subset(region))? {
        ArrayBytes::Fixed(bytes) => Ok(elements(&name, region.shape(), &narrow(&name, &bytes))),
        ArrayBytes::Variable(bytes, offsets) => {
            let bounds = offsets.windows(2);
            let each: Vec<&[u8]> = bounds.map(|at| &bytes[at[0]..at[1]]).collect();
            items(&name, region.shape(), &each)
        }
    }
}

fn list(place: &Place) -> Answer {
    opening(Group::open_opt(store(place)?, &place.path, &version(place)))?;
    let node = opening(Node::open_opt(&store(place)?, &place.path, &version(place)))?;
    let mut children = Map::new();
    for child in node.children() {
        let kind = match child.metadata() {
            NodeMetadata::Array(_) => "array",
            NodeMetadata::Group(_) => "group",
        };
        children.insert(child.name().to_string(), kind.into());
    }
    Ok(json!({ "children": children }))
}

/// Of a node that is no array either, what is said of it as a group is passed on.
fn metadata(place: &Place) -> Answer {
    if let Ok(array) = Array::open_opt(store(place)?, &place.path, &version(place)) {
        return Ok(json!({"metadata": members(&array, place.zarr_format)}));
    }
    let group = opening(Group::open_opt(store(place)?, &place.path, &version(place)))?;
    Ok(json!({"metadata": {"node_type": "group", "attributes": group.attributes()}}))
}

fn members(array: &Array<FilesystemStore>, zarr_format: u64) -> Value {
    let mut members = json!({
        "node_type": "array",
        "attributes": array.attributes(),
        "shape": array.shape(),
        "data_type": data_type_name(array.data_type()),
    });
    if zarr_format == 3 {
        members["dimension_names"] = json!(array.dimension_names());
    }
    members
}

fn store(place: &Place) -> Result<Arc<FilesystemStore>, Otherwise> {
    Ok(Arc::new(opening(FilesystemStore::new(&place.store))?))
}

fn version(place: &Place) -> MetadataRetrieveVersion {
    match place.zarr_format {
        2 => MetadataRetrieveVersion::V2,
        _ => MetadataRetrieveVersion::V3,
    }
}

/// By its metadata, which is a name alone if it has no parameters.
fn data_type_name(data_type: &DataType) -> String {
    match json!(data_type.metadata()) {
        Value::String(name) => name_of(&name, &Value::Null),
        metadata => name_of(
            metadata["name"].as_str().unwrap_or_default(),
            &metadata["configuration"],
        ),
    }
}
