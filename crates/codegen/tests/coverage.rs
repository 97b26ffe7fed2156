//! Every type, property, attribute and value of the facts is in the generated code.

use std::collections::{BTreeMap, BTreeSet};

use formwork_codegen::{generate, pascal, services};
use formwork_facts::{Kind, Properties, Shape};

/// The names of the properties that the methods of each struct set: struct, properties.
fn setters(module: &str) -> BTreeMap<String, BTreeSet<String>> {
    let mut structs = BTreeMap::new();
    let mut current = String::new();
    for line in module.lines() {
        if let Some(rest) = line.strip_prefix("impl")
            && let Some(name) =
                rest.split(|c: char| !c.is_alphanumeric()).rfind(|word| word.ends_with("Builder"))
            && !line.contains(" for ")
        {
            current = name.to_owned();
            structs.entry(current.clone()).or_insert_with(BTreeSet::new);
        }
        if let Some((_, rest)) = line.split_once("self.0.with(\"")
            && let Some((property, _)) = rest.split_once('"')
        {
            let of_struct = structs.entry(current.clone()).or_insert_with(BTreeSet::new);
            assert!(of_struct.insert(property.to_owned()), "{current} sets {property} twice");
        }
    }
    structs
}

fn settable(properties: &Properties) -> BTreeSet<String> {
    properties
        .all
        .iter()
        .filter(|property| !property.read_only)
        .map(|property| property.name.to_string())
        .collect()
}

fn lists_of_values(shape: &Shape) -> usize {
    match &shape.kind {
        Kind::List(inner) | Kind::Map(inner) => lists_of_values(inner),
        Kind::String => usize::from(!shape.values.is_empty()),
        _ => 0,
    }
}

#[test]
fn everything_in_the_facts_is_in_the_code() {
    let all = services();
    let source = generate(&all);
    assert!(source.kinds.is_empty(), "nothing refers to a service that is not there");
    let (mut types, mut objects, mut properties, mut read_only, mut attributes, mut values) =
        (0, 0, 0, 0, 0, 0);
    for (name, text) in &source.services {
        let service = formwork_facts::service(name).unwrap();
        let module = |text: &'_ str| text.split("\n/// The handle of").next().unwrap().to_owned();
        let modules: Vec<String> = text.split("\npub mod ").skip(1).map(module).collect();
        assert_eq!(modules.len(), service.types.len(), "{name}");
        // A handle and its attributes stand before the module of its type.
        let handles: Vec<&str> =
            text.split("#[derive(Clone, Copy, Debug, PartialEq)]\npub struct ").skip(1).collect();
        for ((facts, module), handle) in service.types.iter().zip(modules).zip(handles) {
            assert!(
                handle.starts_with(&format!("{}(fw::Handle);", pascal(facts.short_name()))),
                "{}",
                facts.name
            );
            types += 1;
            for attribute in &facts.attributes {
                let by_name = handle.contains(&format!("self.0.attribute({:?}).cast()", &*attribute.name));
                let by_ref = handle.contains(&format!("What `Ref` yields: `{}`", attribute.name));
                assert!(by_name || by_ref, "{} lacks {}", facts.name, attribute.name);
                attributes += 1;
            }
            let setters = setters(&module);
            assert_eq!(setters["Builder"], settable(&facts.properties), "{}", facts.name);
            assert_eq!(setters.len(), facts.objects.len() + 1, "{}", facts.name);
            // Objects are named by a rule of their own; they are there in the same order.
            let found: Vec<&BTreeSet<String>> =
                setters.iter().filter(|(name, _)| *name != "Builder").map(|(_, found)| found).collect();
            for object in &facts.objects {
                let wanted = settable(&object.properties);
                assert!(found.contains(&&wanted), "{}: no builder for {}", facts.name, object.name);
                objects += 1;
            }
            let groups = facts.objects.iter().map(|object| &object.properties).chain([&facts.properties]);
            for group in groups {
                properties += settable(group).len();
                read_only += group.all.len() - settable(group).len();
                values += group.all.iter().map(|property| lists_of_values(&property.shape)).sum::<usize>();
            }
        }
    }
    let counts = format!(
        "{} services, {types} types, {objects} objects, {properties} properties that can be set, {attributes} attributes, \
         {values} properties with lists of values; exceptions: {read_only} properties of objects that only AWS sets",
        all.len(),
    );
    insta::assert_snapshot!("counts", counts);
}

#[test]
fn three_telling_types() {
    // References and units; objects and values; recursion and names that are in use.
    for name in ["AWS::EC2::Route", "AWS::SQS::Queue", "AWS::Events::EventBusPolicy"] {
        let text = formwork_codegen::of_type(name).unwrap();
        insta::assert_snapshot!(name.replace("::", "-"), text);
    }
}

#[test]
fn the_same_facts_give_the_same_text() {
    let (one, other) = (generate(&["ec2", "s3"]), generate(&["ec2", "s3"]));
    assert_eq!(one.services, other.services);
    assert_eq!(one.required, other.required);
    assert_eq!(one.kinds, other.kinds);
}

#[test]
fn a_service_does_not_pull_in_another() {
    let source = generate(&["rds"]);
    assert_eq!(source.services.len(), 1);
    let kinds: Vec<&str> = source.kinds.values().flatten().map(String::as_str).collect();
    assert!(kinds.contains(&"AWS::EC2::SecurityGroup") && kinds.contains(&"AWS::KMS::Key"), "{kinds:?}");
    assert!(!kinds.iter().any(|kind| kind.starts_with("AWS::RDS::")), "{kinds:?}");
}
