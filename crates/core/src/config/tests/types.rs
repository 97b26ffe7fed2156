//! What types can say about themselves beyond plain structs.

use std::collections::HashMap;

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use super::{super::*, Config, NO_TARGET, Size, Store, check, shown};

#[test]
fn serde_has_the_last_word() {
    // An alias is not in the schema.
    check::<Config>("c.json", r#"{"domain":"","database":{"storage":1},"zone_count":2}"#, NO_TARGET);

    /// Reads numbers although its schema says string.
    #[derive(Debug, Deserialize, JsonSchema)]
    #[schemars(with = "String")]
    #[expect(dead_code, reason = "only read")]
    struct Loose(u32);
    check::<HashMap<String, Loose>>("c.json", r#"{"a":1}"#, NO_TARGET);

    #[derive(Debug, Deserialize)]
    #[serde(try_from = "String")]
    struct Even;
    impl TryFrom<String> for Even {
        type Error = String;
        fn try_from(text: String) -> Result<Self, String> {
            if text.len().is_multiple_of(2) { Ok(Self) } else { Err(format!("odd\nlength of {text}")) }
        }
    }
    #[derive(Debug, Deserialize, JsonSchema)]
    #[expect(dead_code, reason = "only read")]
    struct Strict {
        #[schemars(with = "String")]
        name: Even,
        #[schemars(with = "Option<String>")]
        api_key: Option<Even>,
    }
    check::<Strict>(
        "c.json",
        r#"{"name": "abc", "nam": 1}"#,
        r#"
        FW0504 `name`: odd length of abc
          c.json:1:10: does not fit
        FW0503 `nam`: unknown key
          c.json:1:17: not a known key
          help: known keys: `api_key`, `name`
"#,
    );
    check::<Strict>(
        "c.json",
        r#"{"name": "ab", "api_key": "hunter2"}"#,
        r#"
        FW0504 `api_key`: a string that does not fit; the reason is not shown, as it may tell a secret
          c.json:1:27: does not fit
"#,
    );
    #[derive(Debug, Deserialize, JsonSchema)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only read")]
    struct Closed {
        a: Option<u8>,
    }
    check::<Closed>(
        "c.json",
        r#"{"b": 1}"#,
        r#"
        FW0503 `b`: unknown key
          c.json:1:2: not a known key
          help: known keys: `a`
"#,
    );
}

#[test]
fn secrets_are_never_shown() {
    #[derive(Debug, Deserialize, JsonSchema)]
    #[expect(dead_code, reason = "only read")]
    struct Secrets {
        #[schemars(extend("writeOnly" = true))]
        pin: Option<u8>,
        #[schemars(extend("format" = "password"))]
        door: Vec<u8>,
        db_password: Option<Size>,
        #[serde(rename = "clientSecret")]
        client: Option<HashMap<String, u8>>,
        #[serde(flatten)]
        more: HashMap<String, u8>,
    }
    let text = r#"{"pin":"hunter2","door":["hunter2"],"db_password":"hunter2","clientSecret":{"a":"hunter2"},"token":"hunter2"}"#;
    let findings = parse::<Secrets>("c.json", text).unwrap_err();
    let text = shown(&findings);
    assert_eq!(findings.len(), 5, "{text}");
    assert!(!text.contains("hunter"), "{text}");

    // A type's own message may be about a whole object, and quote what is inside.
    #[derive(Debug, Deserialize, JsonSchema)]
    #[serde(try_from = "HashMap<String, String>")]
    #[schemars(with = "HashMap<String, String>")]
    struct Quoting;
    impl TryFrom<HashMap<String, String>> for Quoting {
        type Error = String;
        fn try_from(all: HashMap<String, String>) -> Result<Self, String> {
            Err(format!("refused: {:?}", all.values().collect::<Vec<_>>()))
        }
    }
    check::<Quoting>("c.json", r#"{"a":"b"}"#, "FW0504 refused: [\"b\"]\n  c.json:1:1: does not fit");
    check::<Quoting>(
        "c.json",
        r#"{"token":"hun\"ter2"}"#,
        "FW0504 an object that does not fit; the reason is not shown, as it may tell a secret\n  c.json:1:1: does not fit",
    );
}

#[test]
fn flattened_and_recursive_types_are_followed() {
    #[derive(Debug, Deserialize, JsonSchema)]
    #[expect(dead_code, reason = "only read")]
    struct Tree {
        #[serde(default)]
        children: Vec<Tree>,
        next: Option<Box<Tree>>,
        #[serde(flatten)]
        store: Store,
        #[serde(flatten)]
        size: Sizes,
    }
    #[derive(Debug, Deserialize, JsonSchema)]
    #[expect(dead_code, reason = "only read")]
    struct Sizes {
        width: u8,
    }
    check::<Tree>(
        "c.json",
        r#"{"kind":"bucket","name":"a","width":1,"children":[{"kind":"table","key":"a","capacity":1,"width":1}]}"#,
        NO_TARGET,
    );
    check::<Tree>(
        "c.json",
        r#"{"kind":"bucket","name":"a","width":1,"children":[{"kind":"table","key":"a","capacity":1,"width":"x"}],"wdth":2}"#,
        r#"
        FW0504 `children[0].width`: expected an integer, found the string "x"
          c.json:1:98: expected an integer
        FW0503 `wdth`: unknown key
          c.json:1:104: not a known key
          help: known keys: `children`, `kind`, `name`, `next`, `width`
"#,
    );
}

#[test]
fn unions_inside_of_unions_end() {
    /// Each level can be read in two ways, so that all ways together are 2^100.
    #[derive(Debug, Deserialize, JsonSchema)]
    #[serde(untagged)]
    #[expect(dead_code, reason = "only read")]
    enum Twice {
        Leaf(u8),
        One { a: Box<Twice>, b: u8 },
        Two { a: Box<Twice>, c: u8 },
    }
    let text = format!("{}true{}", "{\"a\":".repeat(100), "}".repeat(100));
    let root = document::read("a.json", &text).ok().unwrap().root;
    let schema = schema::of::<Twice>();
    let mut walk = walk::Walk::new(&schema, "a.json");
    assert!(walk.document(&root).is_empty());
    assert!(walk.gave_up);

    // No derive writes such a schema; a user's own implementation might.
    let endless = json!({ "$defs": { "A": { "anyOf": [{ "$ref": "#/$defs/A" }, { "type": "null" }] } }, "$ref": "#/$defs/A" });
    let mut walk = walk::Walk::new(&endless, "a.json");
    assert!(walk.document(&root).is_empty());
}
