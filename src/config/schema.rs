//! The JSON Schema of `feeds.toml` (draft 7), for editors that complete and check it. Made from the tables that the reader
//! knows keys by; what no schema can say, as that an id stands once, `tintinh check` tells.

mod keys;

use serde_json::{Map, Value, json};

use self::keys::{Key, Kind, keys};
use super::shape::{self, Shape};
use crate::model::Province;

/// Every table of the file but the file itself, by the name of its definition.
const TABLES: [(&str, &Shape); 14] = [
    ("server", &shape::SERVER),
    ("admin", &shape::ADMIN),
    ("store", &shape::STORE),
    ("network", &shape::NETWORK),
    ("channel", &shape::CHANNEL),
    ("defaults", &shape::DEFAULTS),
    ("host", &shape::HOSTS),
    ("own-channel", &shape::CHANNELS),
    ("feed", &shape::FEEDS),
    ("page", &shape::PAGE),
    ("article", &shape::ARTICLE),
    ("drop", &shape::DROP),
    ("keep", &shape::KEEP),
    ("file", &shape::ROOT),
];

/// "30m", "1h30m", "500ms": units in falling order. Editors look no letters ahead, so the length says that there is one.
const DURATION: &str = "^(\\d+d)?(\\d+h)?(\\d+m)?(\\d+s)?(\\d+ms)?$";
const SIZE: &str = "^\\d+(B|kB|KB|MB|KiB|MiB|GiB)?$";
const SLUG: &str = "^[a-z0-9-]{1,64}$";

/// The schema. Equal versions give equal values.
#[must_use]
pub fn schema() -> Value {
    let mut definitions: Map<String, Value> =
        TABLES.iter().map(|(name, shape)| ((*name).to_owned(), table(shape))).collect();
    definitions.insert("province".to_owned(), json!({ "enum": Province::slugs().collect::<Vec<_>>() }));
    json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "feeds.toml of tintinh",
        "allOf": [{ "$ref": "#/definitions/file" }],
        "definitions": definitions,
    })
}

fn table(shape: &Shape) -> Value {
    let keys = keys(shape);
    let properties: Map<String, Value> =
        keys.iter().map(|key| (key.name.to_owned(), property(key))).collect();
    let required: Vec<&str> = keys.iter().filter(|key| key.is_required).map(|key| key.name).collect();
    let mut table = json!({ "type": "object", "properties": properties, "additionalProperties": false });
    if !required.is_empty() {
        table["required"] = json!(required);
    }
    table
}

fn property(key: &Key) -> Value {
    let mut property = kind(&key.kind);
    property["description"] = json!(key.about);
    if let Some(default) = &key.default {
        property["default"] = default.clone();
    }
    property
}

fn kind(kind: &Kind) -> Value {
    let text = |pattern: &str| json!({ "type": "string", "pattern": pattern });
    // A keyword beside `$ref` is not looked at in draft 7.
    let other = |name: &str| json!({ "allOf": [{ "$ref": format!("#/definitions/{name}") }] });
    match kind {
        Kind::Text => json!({ "type": "string" }),
        Kind::Slug => text(SLUG),
        Kind::Web => text("^[Hh][Tt][Tt][Pp][Ss]?://"),
        Kind::Duration => json!({ "type": "string", "minLength": 2, "pattern": DURATION }),
        Kind::Size => json!({ "type": ["string", "integer"], "pattern": SIZE, "minimum": 0 }),
        Kind::Count(least, most) => json!({ "type": "integer", "minimum": least, "maximum": most }),
        Kind::Flag => json!({ "type": "boolean" }),
        Kind::Choice(words) => json!({ "enum": words }),
        Kind::Province => other("province"),
        Kind::List(inner) => json!({ "type": "array", "items": self::kind(inner) }),
        Kind::Pairs => json!({ "type": "object", "additionalProperties": { "type": "string" } }),
        Kind::Table(name) => other(name),
        Kind::Tables(name) => json!({ "type": "array", "items": other(name) }),
        Kind::Named(name) => json!({ "type": "object", "additionalProperties": other(name) }),
    }
}

#[cfg(test)]
mod tests;
