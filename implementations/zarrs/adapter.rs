//! Ask zarrs 0.23 through the functions that its users call.

#[path = "../kit/rust/zarr_adapter.rs"]
mod zarr_adapter;

mod data_types;

use std::sync::Arc;

use data_types::{name_of, narrow};
use serde_json::{Map, Value, json};
use zarr_adapter::{Answer, Otherwise, Place};
use zarr_adapter::{describe, elements, items, opening, reading, serve, unsupported};
use zarrs::array::{Array, ArrayBytes, ArraySubset, DataType};
use zarrs::config::MetadataRetrieveVersion;
use zarrs::filesystem::FilesystemStore;
use zarrs::group::Group;
use zarrs::node::NodeMetadata;

type Stored = Arc<FilesystemStore>;

fn main() {
    serve(
        describe("zarrs", zarrs::version::version_str()),
        |question, place| match question {
            "read" => read(place),
            "read_region" => read_region(place),
            "list" => list(place),
            "metadata" => metadata(place),
            _ => unsupported(question),
        },
    );
}

fn read(place: &Place) -> Answer {
    let array = opening(Array::open_opt(store(place)?, &place.path, &version(place)))?;
    retrieve(&array, &array.subset_all())
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
        ArrayBytes::Variable(variable) => {
            let bounds = variable.offsets().windows(2);
            let each: Vec<&[u8]> = bounds.map(|at| &variable.bytes()[at[0]..at[1]]).collect();
            items(&name, region.shape(), &each)
        }
        ArrayBytes::Optional(_) => Err(Otherwise::Unsupported {
            message: "the protocol has no word for an optional element".into(),
        }),
    }
}

fn list(place: &Place) -> Answer {
    let group = opening(Group::open_opt(store(place)?, &place.path, &version(place)))?;
    let mut children = Map::new();
    for node in opening(group.children(false))? {
        let kind = match node.metadata() {
            NodeMetadata::Array(_) => "array",
            NodeMetadata::Group(_) => "group",
        };
        children.insert(node.name().to_string(), kind.into());
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

fn store(place: &Place) -> Result<Stored, Otherwise> {
    Ok(Arc::new(opening(FilesystemStore::new(&place.store))?))
}

fn version(place: &Place) -> MetadataRetrieveVersion {
    match place.zarr_format {
        2 => MetadataRetrieveVersion::V2,
        _ => MetadataRetrieveVersion::V3,
    }
}

fn data_type_name(data_type: &DataType) -> String {
    let name = data_type.name_v3().unwrap_or_default();
    name_of(&name, &json!(data_type.configuration_v3()))
}
