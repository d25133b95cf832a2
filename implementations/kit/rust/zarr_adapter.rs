//! What an adapter in Rust needs: the message loop, and elements to bytes.
//!
//! An adapter is a process that answers questions about Zarr stores, one JSON object a line, on
//! standard input and output; `implementations/README.md` gives the messages. A new adapter can
//! start with a copy of this file; it uses the crates `base64`, `libc` and `serde_json`:
//!
//! ```ignore
//! mod zarr_adapter;
//! use zarr_adapter::{Answer, describe, elements, opening, reading, serve};
//!
//! fn read(place: &Place) -> Answer {
//!     let array = opening(library::open(&place.store, &place.path))?;
//!     let bytes = reading(array.read())?;
//!     Ok(elements(array.data_type(), array.shape(), &bytes))
//! }
//!
//! fn main() {
//!     serve(describe("library", "1.2.3"), |question, place| match question {
//!         "read" => read(place),
//!         _ => unsupported(question),
//!     });
//! }
//! ```
//!
//! A panic ends the process, as a crash does: it is no word on the data.

#![allow(dead_code)] // an adapter uses the part of it that it needs

use std::error::Error;
use std::fs::File;
use std::io::{BufRead, Write, stdin, stdout};
use std::os::fd::AsFd;
use std::path::PathBuf;

use base64::prelude::{BASE64_STANDARD, Engine};
use serde_json::{Map, Value, json};

const LONGEST_MESSAGE: usize = 400; // characters of an error that are passed on

/// What is returned to a question, or why nothing is.
pub type Answer = Result<Value, Otherwise>;

/// The library said no, or the adapter cannot put the question to it.
pub enum Otherwise {
    Refused {
        stage: &'static str,
        message: String,
    },
    Unsupported {
        message: String,
    },
}

/// Where the node is that a question is about, and which region of it is wanted, if one is.
///
/// `asked` has all members of the question: what is to be written, too.
pub struct Place {
    pub store: PathBuf,
    pub path: String,
    pub zarr_format: u64,
    pub start: Vec<u64>,
    pub stop: Vec<u64>,
    pub asked: Value,
}

/// What is to be written: the bytes of all elements, or of each if they have their own lengths.
pub enum Elements {
    Fixed(Vec<u8>),
    Variable(Vec<Vec<u8>>),
}

/// What the library says when it looks for the node and at its metadata.
pub fn opening<T, E: Error>(said: Result<T, E>) -> Result<T, Otherwise> {
    said.map_err(|error| refused("open", &error))
}

/// What the library says when it fetches and decodes chunks.
pub fn reading<T, E: Error>(said: Result<T, E>) -> Result<T, Otherwise> {
    said.map_err(|error| refused("read", &error))
}

/// What the library says when it writes chunks or metadata, or deletes them.
pub fn writing<T, E: Error>(said: Result<T, E>) -> Result<T, Otherwise> {
    said.map_err(|error| refused("write", &error))
}

fn refused(stage: &'static str, error: &dyn Error) -> Otherwise {
    let mut message = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let said = error.to_string();
        if !message.contains(&said) {
            message = format!("{message}: {said}");
        }
        cause = error.source();
    }
    let message = message.chars().take(LONGEST_MESSAGE).collect();
    Otherwise::Refused { stage, message }
}

/// The answer to a question that the adapter does not know.
pub fn unsupported(question: &str) -> Answer {
    let message = format!("this adapter does not know how to {question}");
    Err(Otherwise::Unsupported { message })
}

/// Who is answering, and the version of the library.
pub fn describe(name: &str, version: &str) -> Value {
    json!({"name": name, "version": version, "language": "rust", "libraries": {name: version}})
}

/// The answer to `read`: the bytes of all elements, in C order, as they lie in memory.
///
/// They are little-endian because the machine is: others are not supported.
pub fn elements(data_type: &str, shape: &[u64], bytes: &[u8]) -> Value {
    const { assert!(cfg!(target_endian = "little")) };
    json!({"data_type": data_type, "shape": shape, "elements": BASE64_STANDARD.encode(bytes)})
}

/// The answer to `read` for elements each of which has its own length, in C order.
///
/// Those of `string` are passed on as text, which they must be in UTF-8.
pub fn items(data_type: &str, shape: &[u64], items: &[&[u8]]) -> Answer {
    let is_text = data_type == "string";
    let listed: Option<Vec<String>> = items
        .iter()
        .map(|item| match is_text {
            true => String::from_utf8(item.to_vec()).ok(),
            false => Some(BASE64_STANDARD.encode(item)),
        })
        .collect();
    match listed {
        Some(listed) => Ok(json!({"data_type": data_type, "shape": shape, "elements": listed})),
        None => Err(Otherwise::Unsupported {
            message: "the elements are not strings in UTF-8".into(),
        }),
    }
}

/// The elements that a question brings, in C order, as `elements` and `items` pass them on.
pub fn elements_asked(asked: &Value) -> Elements {
    let elements = &asked["elements"];
    let decoded = |text: &Value| {
        let text = text.as_str().expect("elements are text");
        BASE64_STANDARD
            .decode(text)
            .expect("elements are in base64")
    };
    let is_text = elements["data_type"] == "string";
    match &elements["elements"] {
        Value::Array(items) if is_text => {
            let texts = items.iter().map(|item| item.as_str().expect("a string"));
            Elements::Variable(texts.map(|text| text.as_bytes().to_vec()).collect())
        }
        Value::Array(items) => Elements::Variable(items.iter().map(decoded).collect()),
        all => Elements::Fixed(decoded(all)),
    }
}

/// Answer until told to stop, or until there are no more questions.
pub fn serve(description: Value, ask: impl Fn(&str, &Place) -> Answer) {
    let mut answers = take_standard_output();
    for line in stdin().lock().lines() {
        let line = line.expect("standard input can be read");
        let message: Map<String, Value> = serde_json::from_str(&line).expect("questions are JSON");
        let (question, parameters) = message
            .iter()
            .find(|(name, _)| *name != "id")
            .expect("there is a question");
        if question == "stop" {
            return;
        }
        let answer = match question.as_str() {
            "describe" => Ok(description.clone()),
            _ => ask(question, &place(parameters)),
        };
        let mut said = in_json(answer);
        said["id"] = message["id"].clone();
        writeln!(answers, "{said}").expect("somebody listens");
    }
}

/// From now on standard output is the protocol's alone: what else is printed goes to the errors.
fn take_standard_output() -> File {
    let answers = stdout().as_fd().try_clone_to_owned();
    assert_eq!(unsafe { libc::dup2(2, 1) }, 1);
    answers.expect("standard output is open").into()
}

fn in_json(answer: Answer) -> Value {
    match answer {
        Ok(returned) => json!({"returned": returned}),
        Err(Otherwise::Refused { stage, message }) => {
            json!({"refused": {"stage": stage, "message": message}})
        }
        Err(Otherwise::Unsupported { message }) => json!({"unsupported": {"message": message}}),
    }
}

fn place(parameters: &Value) -> Place {
    let text = |name: &str| parameters[name].as_str().unwrap_or_default().to_owned();
    Place {
        store: text("store").into(),
        path: text("path"),
        zarr_format: parameters["zarr_format"].as_u64().unwrap_or_default(),
        start: integers(&parameters["start"]),
        stop: integers(&parameters["stop"]),
        asked: parameters.clone(),
    }
}

/// The members of a JSON array, such as a corner or a shape; none if there is no array.
pub fn integers(value: &Value) -> Vec<u64> {
    let members = value.as_array().into_iter().flatten();
    members.filter_map(Value::as_u64).collect()
}
