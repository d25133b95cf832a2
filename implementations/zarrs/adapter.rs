//! Ask zarrs 0.23 through the functions that its users call.

#[path = "../kit/rust/zarr_adapter.rs"]
mod zarr_adapter;

mod data_types;

use std::sync::Arc;

use data_types::{name_of, narrow, widened};
use serde_json::{Map, Value, json};
use zarr_adapter::{Answer, Elements, Otherwise, Place};
use zarr_adapter::{describe, elements, elements_asked, integers, items};
use zarr_adapter::{opening, reading, serve, unsupported, writing};
use zarrs::array::{
    Array, ArrayBytes, ArrayBytesOffsets, ArrayMetadataOptions, ArraySubset, DataType,
};
use zarrs::array::{ArrayMetadata, ArrayMetadataV2};
use zarrs::config::MetadataRetrieveVersion;
use zarrs::filesystem::FilesystemStore;
use zarrs::group::Group;
use zarrs::node::{NodeMetadata, NodePath};
use zarrs::storage::{StorePrefix, WritableStorageTraits};

type Stored = Arc<FilesystemStore>;

fn main() {
    serve(
        describe("zarrs", zarrs::version::version_str()),
        |question, place| match question {
            "read" => read(place),
            "read_region" => read_region(place),
            "list" => list(place),
            "metadata" => metadata(place),
            "write" => write(place),
            "write_region" => write_region(place),
            "set_attributes" => set_attributes(place),
            "resize" => resize(place),
            "delete" => delete(place),
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

fn write(place: &Place) -> Answer {
    let metadata = writing(documents(place))?;
    let array = Array::new_with_metadata(store(place)?, &place.path, metadata);
    let array = unadorned(writing(array)?);
    writing(array.store_metadata())?;
    put(&array, &array.subset_all(), place)
}

/// The documents of a question as zarrs has them in memory: of v2, two in one.
fn documents(place: &Place) -> serde_json::Result<ArrayMetadata> {
    let documents = &place.asked["metadata"];
    if place.zarr_format == 3 {
        return serde_json::from_value(documents["zarr.json"].clone());
    }
    let mut metadata: ArrayMetadataV2 = serde_json::from_value(documents[".zarray"].clone())?;
    metadata.attributes = documents[".zattrs"]
        .as_object()
        .cloned()
        .unwrap_or_default();
    Ok(metadata.into())
}

fn write_region(place: &Place) -> Answer {
    let array = opening(Array::open_opt(store(place)?, &place.path, &version(place)))?;
    let region = ArraySubset::new_with_start_end_exc(place.start.clone(), place.stop.clone());
    put(&array, &writing(region)?, place)
}

fn put(array: &Array<FilesystemStore>, region: &ArraySubset, place: &Place) -> Answer {
    let bytes = match elements_asked(&place.asked) {
        Elements::Fixed(bytes) => {
            ArrayBytes::new_flen(widened(&data_type_name(array.data_type()), bytes))
        }
        Elements::Variable(items) => {
            let mut offsets = vec![0];
            offsets.extend(items.iter().scan(0, |end, item| {
                *end += item.len();
                Some(*end)
            }));
            let offsets = ArrayBytesOffsets::new(offsets).expect("offsets grow");
            ArrayBytes::new_vlen(items.concat(), offsets).expect("offsets are in bounds")
        }
    };
    writing(array.store_array_subset(region, bytes))?;
    Ok(json!({}))
}

fn set_attributes(place: &Place) -> Answer {
    let attributes = place.asked["attributes"]
        .as_object()
        .cloned()
        .unwrap_or_default();
    if let Ok(array) = Array::open_opt(store(place)?, &place.path, &version(place)) {
        let mut array = unadorned(array);
        array.attributes_mut().extend(attributes);
        writing(array.store_metadata())?;
    } else {
        let group = Group::open_opt(store(place)?, &place.path, &version(place));
        let mut group = opening(group)?;
        group.attributes_mut().extend(attributes);
        writing(group.store_metadata())?;
    }
    Ok(json!({}))
}

fn resize(place: &Place) -> Answer {
    let array = opening(Array::open_opt(store(place)?, &place.path, &version(place)))?;
    let mut array = unadorned(array);
    writing(array.set_shape(integers(&place.asked["shape"])))?;
    writing(array.store_metadata())?;
    Ok(json!({}))
}

fn delete(place: &Place) -> Answer {
    let path = opening(NodePath::new(&place.path))?;
    let prefix: StorePrefix = opening((&path).try_into())?;
    writing(store(place)?.erase_prefix(&prefix))?;
    Ok(json!({}))
}

/// Without the attribute that zarrs adds to what it writes, unless it is told not to.
fn unadorned(array: Array<FilesystemStore>) -> Array<FilesystemStore> {
    array.with_metadata_options(ArrayMetadataOptions::default().with_include_zarrs_metadata(false))
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
