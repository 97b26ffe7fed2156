use serde_json::Value;

use super::*;

struct Source(&'static str);

impl Sources for Source {
    fn text(&self, _file: &str) -> Option<String> {
        Some(self.0.to_owned())
    }
}

const FILE: &str = r#"{
  "name": "shop-production",
  "network": { "zones": ["us-east-2a", "us-east-2d"] },
  "database": { "name": "orders db", "class": "db.t3.micro", "password": "pw.t3.micro", "storage": 20 },
  "again": "us-east-2a", "multi": true, "size": "db.t3.micro"
}"#;

fn shown(line: &'static str, message: &str) -> Vec<String> {
    shown_of::<Value>(FILE, line, message)
}

fn shown_of<C: JsonSchema + 'static>(file: &str, line: &'static str, message: &str) -> Vec<String> {
    let mut finding = Finding::error("ORG001", message).at(SourceLocation::new("src/main.rs", 1, 1), "");
    Places::of::<C>("config/prod.json", file).show(&mut finding, &Source(line));
    let spans = finding.spans.into_iter().skip(1);
    spans.map(|span| format!("{}: {}", span.at.line, span.label)).collect()
}

#[test]
fn what_a_line_reads_is_shown() {
    assert_eq!(shown(".in_zones(&config.network.zones)", ""), ["3: `network.zones` is this"]);
    assert_eq!(
        shown(".in_zones(&config.network.zones)", "no `us-east-2d`, but us-east-2a"),
        ["3: `network.zones[1]` is \"us-east-2d\""]
    );
    assert_eq!(
        shown(".in_zones(&config.network.zones)", "us-east-2a is not meant"),
        ["3: `network.zones[0]` is \"us-east-2a\""]
    );
    assert_eq!(
        shown(".mysql(\n  \"8.0 (\",\n  self.config.database.class.clone(),\n)", ""),
        ["4: `database.class` is \"db.t3.micro\""]
    );
    assert_eq!(shown(".class(it.class).name(config.again)", ""), [""; 0], "another call");
    assert_eq!(shown(".key(config.database.password)", ""), ["4: `database.password` is this"]);
    assert_eq!(
        shown(".key(config.database.password)", "no `pw.t3.micro`"),
        ["4: `database.password` is this"]
    );
    assert_eq!(shown(".multi(config.multi)", ""), ["5: `multi` is true"]);
    assert_eq!(shown(".one(\"config.multi\") // config.multi", ""), [""; 0]);
}

#[test]
fn what_a_message_quotes_is_shown_where_the_file_has_it_once() {
    assert_eq!(shown(".build()", "no `us-east-2d` there"), ["3: `network.zones[1]` is \"us-east-2d\""]);
    assert_eq!(shown(".build()", "no `us-east-2a` there"), [""; 0]);
    assert_eq!(shown(".build()", "no `pw.t3.micro` there"), [""; 0]);
}

#[test]
fn a_text_that_the_message_quotes_goes_before_what_the_line_reads() {
    let line = "Database::mysql(\"8.0\").name(config.name.clone())";
    assert_eq!(
        shown(".name(config.name.clone())", "`orders db` is no name"),
        ["4: `database.name` is \"orders db\""]
    );
    assert_eq!(shown(line, "`orders db` is no name"), ["4: `database.name` is \"orders db\""]);
    assert_eq!(
        shown(".zone(config.again)", "`us-east-2d` is no zone"),
        ["3: `network.zones[1]` is \"us-east-2d\""]
    );
    // The file has the other text twice, so that it is not known which place is meant; this one is not.
    assert_eq!(shown(".zone(config.again)", "`db.t3.micro` is no zone"), [""; 0]);
    assert_eq!(shown(".zone(config.again)", "`us-east-2a` is no zone"), ["5: `again` is \"us-east-2a\""]);
    assert_eq!(shown(".zone(config.again)", "`Zone` is none"), ["5: `again` is \"us-east-2a\""]);
}

#[test]
fn of_several_places_that_may_be_read_the_one_is_shown_that_is_said() {
    assert_eq!(shown(".name(config.name)", "no name"), [""; 0]);
    assert_eq!(shown(".name(config.name)", "orders db is no name"), ["4: `database.name` is \"orders db\""]);
    assert_eq!(
        shown(".name(config.name)", "shop-production is no name"),
        ["2: `name` is \"shop-production\""]
    );
    assert_eq!(shown(".name(config.name)", "shop-production and orders db"), [""; 0]);
    assert_eq!(shown(".name(config.database.name)", "no name"), ["4: `database.name` is \"orders db\""]);
    // Handed on, a part of the configuration may be called `config`.
    assert_eq!(shown(".storage(config.storage)", "too little"), ["4: `database.storage` is 20"]);
    let file = r#"{"a":{"least":2},"b":{"least":20},"c":[{"least":200}]}"#;
    let read = |message| shown_of::<Value>(file, ".least(config.least)", message);
    assert_eq!(read("20 are too few"), ["1: `b.least` is 20"]);
    assert_eq!(read("at least 2."), ["1: `a.least` is 2"]);
    assert_eq!(read("not in 200..=300"), ["1: `c[0].least` is 200"]);
    for message in ["2.5", "a-2", "-2", "10.0.0.0/20", "20GiB", "2 of 20", "none"] {
        assert_eq!(read(message), [""; 0], "{message}");
    }
    let file = r#"{"a":{"all":["one text","two texts"]},"b":{"all":["three texts"]}}"#;
    let read = |message| shown_of::<Value>(file, ".all(&config.all)", message);
    assert_eq!(read("not three texts"), ["1: `b.all[0]` is \"three texts\""]);
    assert_eq!(
        read("neither two texts nor one text"),
        ["1: `a.all[0]` is \"one text\"", "1: `a.all[1]` is \"two texts\""]
    );
    assert_eq!(read("neither two texts nor three texts"), [""; 0]);
    assert_eq!(read("nothing"), [""; 0]);
}

#[test]
fn names_without_a_config_are_shown_only_if_their_value_is_said() {
    assert_eq!(shown(".class(database.class)", ""), [""; 0]);
    assert_eq!(
        shown(".class(database.class)", "db.t3.micro is old"),
        ["4: `database.class` is \"db.t3.micro\""]
    );
    assert_eq!(shown(".storage(database.storage)", "20 GiB"), ["4: `database.storage` is 20"]);
    assert_eq!(shown(".most(network.zones.len())", "too many"), [""; 0]);
    assert_eq!(shown(".most(it().network.zones)", "us-east-2a"), [""; 0]);
    assert_eq!(shown(".key(database.password)", "pw.t3.micro"), [""; 0]);
}

#[test]
fn a_finding_about_the_file_is_left_alone() {
    let mut finding =
        Finding::error("FW0504", "`us-east-2d`").at(SourceLocation::new("config/prod.json", 1, 1), "");
    Places::of::<Value>("config/prod.json", FILE).show(&mut finding, &Source(""));
    assert_eq!(finding.spans.len(), 1);
}

#[test]
fn a_file_that_cannot_be_read_has_no_places() {
    assert!(Places::of::<Value>("config/prod.json", "{").values.is_empty());
}

#[derive(JsonSchema)]
#[expect(dead_code, reason = "only described")]
struct Guarded {
    name: String,
    #[schemars(extend("writeOnly" = true))]
    pin: u32,
    #[schemars(extend("format" = "password"))]
    door: Option<Vec<String>>,
    #[serde(default)]
    inner: Option<Inner>,
    api_key: Option<String>,
    other: Option<u32>,
}

#[derive(JsonSchema)]
#[expect(dead_code, reason = "only described")]
struct Inner {
    #[schemars(extend("writeOnly" = true))]
    code: String,
    zone: String,
}

fn hidden(file: &str, text: &str) -> Vec<(u32, u32)> {
    Places::of::<Guarded>(file, text).hidden().map(|at| (at.line, at.column)).collect()
}

#[test]
fn what_the_schema_calls_secret_is_hidden() {
    let file = "{\n\"aws\": {\"region\": \"eu-central-1\"},\n\"name\": \"shop\", \"pin\": 4711,\n\"door\": [\n\"hunter2\"\n],\n\
        \"inner\": {\"zone\": \"eu-central-1a\", \"code\": \"hunter3\"},\n\"api_key\": \"!x\"\n}";
    assert_eq!(hidden("c.json", file), [(3, 24), (5, 1), (7, 44), (8, 12)]);
    let read = |line, message| shown_of::<Guarded>(file, line, message);
    assert_eq!(read(".pin(config.pin)", "4711 is easy"), ["3: `pin` is this"]);
    assert_eq!(read(".code(config.code)", "`hunter3` is easy"), ["7: `inner.code` is this"]);
    assert_eq!(read(".door(&config.door)", "`hunter2` is easy"), ["4: `door` is this"]);
    assert_eq!(read(".build()", "`hunter3`, `hunter2`, 4711"), [""; 0]);
    assert_eq!(read(".zone(config.zone)", "`eu-central-1a`"), ["7: `inner.zone` is \"eu-central-1a\""]);
}

#[test]
fn lines_of_a_secret_text_are_hidden_all() {
    let file =
        "pin = 1\ndoor = [\n  \"\"\"a\nb\"\"\", 'c',\n]\n\nname = 'shop'\n[inner]\ncode = '''\nd\n'''\n";
    assert_eq!(
        hidden("c.toml", file),
        [(1, 7), (3, 3), (4, 1), (4, 7), (5, 1), (6, 1), (9, 8), (10, 1), (11, 1)]
    );
}

#[test]
fn what_may_be_meant_as_a_secret_is_hidden() {
    assert_eq!(hidden("c.json", r#"{"pinn": 4711, "name": 1}"#), [(1, 10)], "misspelt");
    assert_eq!(hidden("c.json", r#"{"nmae": "shop", "pin": 1}"#), [(1, 25)], "another is misspelt");
    assert_eq!(hidden("c.json", r#"{"number": 4711}"#), [(1, 12)], "an alias perhaps");
    assert_eq!(
        hidden("c.json", r#"{"inner": [{"code": "x"}], "pin": 1}"#),
        [(1, 21), (1, 35)],
        "another type"
    );
    assert_eq!(hidden("c.json", "{\"pin\": 4711,\n\"pin\": 1}"), [(1, 1), (2, 1)], "twice");
    assert_eq!(hidden("c.json", "{\"pin\": 4711,\n\"na\": }"), [(1, 1), (2, 1)], "no JSON");
    assert_eq!(Places::of::<()>("c.json", "{\"pin\": 4711,\n\"na\": }").hidden().count(), 0);
}

#[test]
fn many_findings_over_a_large_file() {
    let values: Vec<String> =
        (0..20_000).map(|it| format!("{{\"name\": \"name number {it}\", \"size\": {it}}}")).collect();
    let places = Places::of::<Value>("c.json", &format!("[{}]", values.join(",\n")));
    for it in 0..500 {
        let message =
            format!("a resource of the size {it} is called name number {it}, which is no name that fits");
        let mut finding = Finding::error("ORG001", message).at(SourceLocation::new("src/main.rs", 1, 1), "");
        places.show(&mut finding, &Source(".name(config.name, config.size)"));
        assert_eq!(finding.spans.len(), 3);
    }
}
