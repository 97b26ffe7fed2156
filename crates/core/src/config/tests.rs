//! Text in, findings out.

mod files;
mod types;

use std::collections::HashMap;

use schemars::JsonSchema;
use serde::Deserialize;

use super::*;

/// All of the findings as a reader sees them.
fn shown(findings: &Findings) -> String {
    let mut lines = Vec::new();
    for finding in findings {
        lines.push(format!("{} {}", finding.code, finding.message));
        lines.extend(finding.spans.iter().map(|span| format!("  {}: {}", span.at, span.label)));
        lines.extend(finding.notes.iter().map(|note| format!("  note: {note}")));
        lines.extend(finding.help.iter().map(|help| format!("  help: {help}")));
    }
    lines.join("\n")
}

#[track_caller]
fn check<C: serde::de::DeserializeOwned + JsonSchema + 'static>(file: &str, text: &str, expected: &str) {
    let actual = match parse::<C>(file, text) {
        Ok((_, target)) => format!("{target:?}"),
        Err(findings) => shown(&findings),
    };
    let expected: Vec<&str> =
        expected.trim().lines().map(|line| line.strip_prefix("        ").unwrap_or(line)).collect();
    let expected = expected.join("\n");
    assert!(actual == expected, "got:\n{actual}\n\nexpected:\n{expected}");
}

const NO_TARGET: &str = "Target { account: None, region: None }";

#[derive(Debug, Deserialize, JsonSchema)]
#[expect(dead_code, reason = "only read")]
struct Config {
    /// The name that users
    /// type
    domain: String,
    database: Database,
    #[serde(default)]
    subnets: Vec<Subnet>,
    size: Option<Size>,
    #[serde(default)]
    tags: HashMap<String, String>,
    queue: Option<Queue>,
    store: Option<Store>,
    port: Option<Port>,
    #[serde(default, alias = "zone_count")]
    zones: u8,
    pair: Option<(u8, String)>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[expect(dead_code, reason = "only read")]
struct Database {
    storage: u32,
    #[schemars(range(min = 1, max = 35))]
    backup_days: Option<u8>,
    password: Option<String>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[expect(dead_code, reason = "only read")]
struct Subnet {
    #[schemars(length(min = 9))]
    cidr: String,
    #[serde(default)]
    public: bool,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Size {
    Small,
    Medium,
    Large,
}

/// Externally tagged.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[expect(dead_code, reason = "only read")]
enum Queue {
    None,
    Fifo { group: String },
    Standard { delay: u32 },
}

/// Internally tagged.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "lowercase")]
#[expect(dead_code, reason = "only read")]
enum Store {
    Bucket { name: String },
    Table { key: String, capacity: u32 },
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "only read")]
enum Port {
    One(u16),
    Range { from: u16, to: u16 },
}

const GOOD: &str = r#"{
  "$schema": "./schema.json",
  "aws": { "account": "111122223333", "region": "eu-central-1" },
  "domain": "shop.example",
  "database": { "storage": 20, "backup_days": 7, "password": "hunter2" },
  "subnets": [{ "cidr": "10.0.0.0/24" }, { "cidr": "10.0.1.0/24", "public": true }],
  "size": "small",
  "tags": { "any": "thing" },
  "queue": { "fifo": { "group": "a" } },
  "store": { "kind": "table", "key": "id", "capacity": 1 },
  "port": { "from": 1, "to": 2 },
  "pair": [1, "a"]
}"#;

#[test]
fn a_document_that_fits_is_read() {
    let target = r#"Target { account: Some("111122223333"), region: Some("eu-central-1") }"#;
    check::<Config>("config/prod.json", GOOD, target);
    check::<Config>("config/prod.json", &format!("\u{feff}{GOOD}"), target);
    let toml = "domain = 'a'\naws.region = 'eu-west-1'\nport = 1\nqueue = 'none'\n[database]\nstorage = 1\n[[subnets]]\ncidr = '10.0.0.0/8'\n";
    check::<Config>("prod.toml", toml, r#"Target { account: None, region: Some("eu-west-1") }"#);
    check::<Config>(
        "a.json",
        r#"{"domain":"","database":{"storage":1},"size":null,"port":null,"store":null}"#,
        NO_TARGET,
    );
}

#[test]
fn everything_wrong_is_said_at_once() {
    let text = r#"{
  "aws": { "account": 111122223333, "region": "Frankfurt", "profile": "x" },
  "database": { "storge": 5, "backup_days": 99, "password": 12345 },
  "subnets": [{ "cidr": 5 }, { "cidr": "short", "publc": true }, {}],
  "size": "smal",
  "zones": 300,
  "zones": 2,
  "completely": "different"
}"#;
    check::<Config>(
        "config/prod.json",
        text,
        r#"
        FW0504 `aws.account`: expected a string of 12 digits, found the integer 111122223333
          config/prod.json:2:23: expected a string of 12 digits
          help: put the account in quotes; as a number it would lose its leading zeros
        FW0504 `aws.region`: expected a Region such as "eu-central-1", found the string "Frankfurt"
          config/prod.json:2:47: expected a Region such as "eu-central-1"
        FW0503 `aws.profile`: unknown key
          config/prod.json:2:60: not a known key
          help: known keys: `account`, `region`
        FW0503 `database.storge`: unknown key
          config/prod.json:3:17: not a known key
          help: did you mean `storage`?
        FW0504 `database.backup_days`: expected at most 35, found the integer 99
          config/prod.json:3:45: expected at most 35
        FW0504 `database.password`: expected a string, found an integer
          config/prod.json:3:61: expected a string
        FW0504 `subnets[0].cidr`: expected a string, found the integer 5
          config/prod.json:4:25: expected a string
        FW0504 `subnets[1].cidr`: expected a string of at least 9 characters, found the string "short"
          config/prod.json:4:40: expected a string of at least 9 characters
        FW0503 `subnets[1].publc`: unknown key
          config/prod.json:4:49: not a known key
          help: did you mean `public`?
        FW0504 `size`: expected one of "small", "medium", "large", found the string "smal"
          config/prod.json:5:11: expected one of "small", "medium", "large"
          help: did you mean "small"?
        FW0504 `zones`: expected at most 255, found the integer 300
          config/prod.json:6:12: expected at most 255
        FW0502 the key `zones` is already there in line 6
          config/prod.json:7:3: the key `zones` is already there in line 6
        FW0503 `completely`: unknown key
          config/prod.json:8:3: not a known key
          help: known keys: `database`, `domain`, `pair`, `port`, `queue`, `size`, `store`, `subnets`, `tags`, `zones`
        FW0505 `domain`: missing key, expected a string
          config/prod.json:1:1: `domain` is missing here
          note: `domain`: The name that users type
        FW0505 `subnets[2].cidr`: missing key, expected a string
          config/prod.json:4:66: `cidr` is missing here
"#,
    );
}

#[test]
fn toml_is_reported_the_same_way() {
    let text = "domain = 5\naws = { acount = '1' }\n\n[database]\nstorage = 'lots'\n\n[[subnets]]\nname = 'a'\n\n[store]\nkind = 'tabel'\n";
    check::<Config>(
        "t.toml",
        text,
        r#"
        FW0504 `domain`: expected a string, found the integer 5
          t.toml:1:10: expected a string
        FW0503 `aws.acount`: unknown key
          t.toml:2:9: not a known key
          help: did you mean `account`?
        FW0504 `database.storage`: expected an integer, found the string "lots"
          t.toml:5:11: expected an integer
        FW0503 `subnets[0].name`: unknown key
          t.toml:8:1: not a known key
          help: known keys: `cidr`, `public`
        FW0504 `store.kind`: expected one of "bucket", "table", found the string "tabel"
          t.toml:11:8: expected one of "bucket", "table"
          help: did you mean "table"?
        FW0505 `subnets[0].cidr`: missing key, expected a string
          t.toml:7:1: `cidr` is missing here
"#,
    );
}

#[test]
fn enums_report_the_branch_that_was_meant() {
    let with = |rest: &str| format!(r#"{{"domain":"","database":{{"storage":1}},{rest}}}"#);
    let one = |rest: &str, expected: &str| check::<Config>("c.json", &with(rest), expected);
    one(
        r#""queue":{"fifo":{"grup":"a"}}"#,
        r#"
        FW0503 `queue.fifo.grup`: unknown key
          c.json:1:56: not a known key
          help: did you mean `group`?
"#,
    );
    one(
        r#""queue":{"fif":{}}"#,
        r#"
        FW0504 `queue`: expected one of `fifo`, `standard`, found the key `fif`
          c.json:1:48: expected one of `fifo`, `standard`
          help: did you mean `fifo`?
"#,
    );
    one(
        r#""queue":5"#,
        r#"
        FW0504 `queue`: expected "none", an object with the key `fifo`, or an object with the key `standard`, found the integer 5
          c.json:1:47: expected "none", an object with the key `fifo`, or an object with the key `standard`
"#,
    );
    one(
        r#""store":{"kind":"table","key":1,"capacity":-1}"#,
        r#"
        FW0504 `store.key`: expected a string, found the integer 1
          c.json:1:69: expected a string
        FW0504 `store.capacity`: expected at least 0, found the integer -1
          c.json:1:82: expected at least 0
"#,
    );
    one(
        r#""store":{"name":"a"}"#,
        r#"
        FW0505 `store.kind`: missing key, expected one of "bucket", "table"
          c.json:1:47: `kind` is missing here
"#,
    );
    one(
        r#""port":{"from":1}"#,
        r#"
        FW0505 `port.to`: missing key, expected an integer
          c.json:1:46: `to` is missing here
"#,
    );
    one(
        r#""port":"http""#,
        r#"
        FW0504 `port`: expected an integer or an object, found the string "http"
          c.json:1:46: expected an integer or an object
"#,
    );
    one(
        r#""pair":[1]"#,
        r#"
        FW0504 `pair`: expected exactly 2 items, found 1
          c.json:1:46: expected exactly 2 items
"#,
    );
}

#[test]
fn a_program_without_configuration_has_only_the_reserved_keys() {
    check::<()>("c.toml", "", NO_TARGET);
    check::<()>("c.json", r#"{"$schema": "x", "aws": {}}"#, NO_TARGET);
    check::<()>(
        "c.json",
        r#"{"domain": 1, "aws": 5}"#,
        r#"
        FW0503 `domain`: unknown key
          c.json:1:2: not a known key
          help: no keys are known here
        FW0504 `aws`: expected an object with the keys `account` and `region`, found the integer 5
          c.json:1:22: expected an object with the keys `account` and `region`
"#,
    );
    check::<()>(
        "c.json",
        "[]",
        "FW0504 expected an object, found an array\n  c.json:1:1: expected an object",
    );
}

#[test]
fn a_reserved_key_that_the_struct_has_too_stays_in() {
    #[derive(Debug, Deserialize, JsonSchema)]
    struct Shared {
        aws: HashMap<String, String>,
    }
    let text = r#"{"aws": {"account": "111122223333", "profile": "x"}}"#;
    let (config, target) = parse::<Shared>("c.json", text).unwrap();
    assert_eq!(config.aws.len(), 2);
    assert_eq!(target.account.as_deref(), Some("111122223333"));
    assert_eq!(schema::of::<Shared>()["properties"]["aws"], super::schema::<Shared>()["properties"]["aws"]);
}

#[test]
fn the_schema_has_the_reserved_keys() {
    let keys = |schema: Value| schema["properties"].as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    assert_eq!(keys(super::schema::<()>()), ["$schema", "aws"]);
    assert_eq!(keys(super::schema::<Database>()), ["$schema", "aws", "backup_days", "password", "storage"]);
    let store = super::schema::<Store>();
    assert!(store["oneOf"][1]["properties"]["aws"].is_object());
}

#[test]
fn a_syntax_error_ends_the_reading() {
    check::<Config>(
        "c.json",
        "{\n  \"domain\": \"a\"\n  \"size\": 1\n}",
        "FW0502 expected `,` or `}`, found `\"`\n  c.json:3:3: expected `,` or `}`, found `\"`",
    );
    check::<Config>("c.toml", "a = 1\na = 2\n", "FW0502 duplicate key\n  c.toml:2:1: duplicate key");
}

/// Nothing panics, everything ends, and the same text always gives the same answer.
#[test]
fn no_text_makes_it_panic() {
    let toml = "domain = 'é'\nzones = 0x1f\nwhen = 2026-01-01\naws.account = '1'\n[database]\nstorage = 1e3\n[[subnets]]\ncidr = \"\\u00e9\"\n[store]\nkind = 'table'\n";
    let try_both = |text: &str| {
        for file in ["a.json", "a.toml"] {
            let run = || match parse::<Config>(file, text) {
                Ok((_, target)) => format!("{target:?}"),
                Err(findings) => shown(&findings),
            };
            assert_eq!(run(), run());
        }
    };
    let alphabet: Vec<char> = "{}[]\",:\\'=.#-+0129eEtfnu \n\r\t\u{0}\u{feff}é😀".chars().collect();
    let mut seed: usize = 1;
    let mut random = |below: usize| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) % below
    };
    for source in [GOOD, toml] {
        let chars: Vec<char> = source.chars().collect();
        for end in 0..chars.len() {
            try_both(&chars[..end].iter().collect::<String>());
        }
        for _ in 0..400 {
            let mut changed = chars.clone();
            for _ in 0..=random(3) {
                let at = random(changed.len());
                match random(3) {
                    0 => drop(changed.remove(at)),
                    1 => changed.insert(at, alphabet[random(alphabet.len())]),
                    _ => changed[at] = alphabet[random(alphabet.len())],
                }
            }
            try_both(&changed.into_iter().collect::<String>());
        }
    }
    // Every value in turn is replaced by one of each type.
    let good: Value = serde_json::from_str(GOOD).unwrap();
    let values = [json!(null), json!(true), json!(-1), json!(1.5), json!("x"), json!([[]]), json!({"a": {}})];
    for key in good.as_object().unwrap().keys() {
        for value in &values {
            let mut changed = good.clone();
            changed[key] = value.clone();
            try_both(&changed.to_string());
        }
    }
}
