//! The programs that build every type: their source, and the templates that they have to write.

use std::{collections::BTreeMap, fmt::Write as _, fs, path::Path};

use formwork_facts::ResourceType;
use serde_json::{Map, Value, json};

use super::value::{Made, Maker, settable};

/// How many programs there are, so that the compiler needs less memory at a time and both processors have something to
/// do.
const PROGRAMS: usize = 4;

/// How many resources are in a template: of smallest ones, of largest ones.
const RESOURCES: (usize, usize) = (250, 100);

/// A template that a program has to write.
pub(crate) struct Template {
    pub(crate) name: String,
    /// Where its types exist; none of those that exist nowhere.
    pub(crate) region: Option<&'static str>,
    pub(crate) smallest: bool,
    /// The types in it.
    pub(crate) types: Vec<&'static str>,
    /// What has to be in it.
    pub(crate) expected: Value,
}

/// How much was generated.
#[derive(Clone, Copy, Default)]
pub(crate) struct Count {
    pub(crate) types: usize,
    /// Properties set in the smallest resources.
    pub(crate) smallest: usize,
    /// Properties set in the largest ones.
    pub(crate) largest: usize,
}

/// All programs, with the templates that each has to write.
pub(crate) struct Programs {
    pub(crate) templates: Vec<Template>,
    pub(crate) names: Vec<String>,
    pub(crate) count: Count,
}

/// One function of a program.
struct Added {
    service: &'static str,
    function: String,
    facts: &'static ResourceType,
    expected: Value,
}

/// What is generated for a service.
struct Module {
    service: &'static str,
    source: String,
    smallest: Vec<Added>,
    largest: Vec<Added>,
    /// How many properties are set in the smallest and in the largest resources.
    calls: (usize, usize),
}

/// Resources that share a template.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Group {
    region: Option<&'static str>,
    transform: Option<&'static str>,
}

/// Writes the package with all programs.
pub(crate) fn write(folder: &Path, workspace: &Path) -> Programs {
    let mut modules: Vec<Module> = formwork_facts::services().map(of_service).collect();
    let mut count = Count::default();
    for module in &modules {
        count.types += module.smallest.len();
        count.smallest += module.calls.0;
        count.largest += module.calls.1;
    }
    // The most first, each to the program that has least so far.
    modules.sort_by_key(|module| (std::cmp::Reverse(module.calls.0 + module.calls.1), module.service));
    let mut parts: Vec<(usize, Vec<Module>)> = (0..PROGRAMS).map(|_| (0, Vec::new())).collect();
    for module in modules {
        if let Some((calls, modules)) = parts.iter_mut().min_by_key(|(calls, _)| *calls) {
            *calls += module.calls.0 + module.calls.1;
            modules.push(module);
        }
    }
    let mut programs = Programs { templates: Vec::new(), names: Vec::new(), count };
    update(&folder.join("Cargo.toml"), &manifest(workspace));
    update(&folder.join("src/lib.rs"), include_str!("../../programs/every_type.rs"));
    for (index, (_, modules)) in parts.into_iter().enumerate() {
        let name = format!("part{index}");
        let source = folder.join("src/bin").join(&name);
        let mut main = String::from("use every_type::{Template, write};\n");
        let (mut smallest, mut largest) = (Vec::new(), Vec::new());
        for Module { service, source: text, smallest: small, largest: large, .. } in modules {
            let _ = writeln!(main, "mod {service};");
            update(&source.join(format!("{service}.rs")), &text);
            smallest.extend(small);
            largest.extend(large);
        }
        main.push_str("\nfn main() {\nwrite(&[\n");
        for (form, all, most) in [("smallest", smallest, RESOURCES.0), ("largest", largest, RESOURCES.1)] {
            for template in batches(&name, form, all, most) {
                main.push_str(&template.0);
                programs.templates.push(template.1);
            }
        }
        main.push_str("]);\n}\n");
        update(&source.join("main.rs"), &main);
        programs.names.push(name);
    }
    programs
}

/// The templates of a program: the call that writes each, and what has to be in it.
fn batches(program: &str, form: &str, all: Vec<Added>, most: usize) -> Vec<(String, Template)> {
    let mut groups: BTreeMap<Group, Vec<Added>> = BTreeMap::new();
    for added in all {
        groups.entry(group(added.facts)).or_default().push(added);
    }
    let mut templates = Vec::new();
    for (Group { region, transform }, all) in groups {
        for batch in all.chunks(most) {
            let name = format!("{form}-{program}-{}", templates.len());
            let mut call =
                format!("Template {{\nname: {name:?},\ntransform: {transform:?},\nresources: &[\n");
            let mut resources = Map::new();
            for added in batch {
                let _ = writeln!(call, "{}::{},", added.service, added.function);
                let mut resource = json!({ "Type": added.facts.name });
                if added.expected != json!({}) {
                    resource["Properties"] = added.expected.clone();
                }
                resources.insert(id(added.facts), resource);
            }
            call.push_str("],\n},\n");
            let mut expected = json!({ "AWSTemplateFormatVersion": "2010-09-09", "Resources": resources });
            if let Some(transform) = transform {
                expected["Transform"] = json!(transform);
            }
            let smallest = form == "smallest";
            let types = batch.iter().map(|added| &*added.facts.name).collect();
            templates.push((call, Template { name, region, smallest, types, expected }));
        }
    }
    templates
}

fn group(facts: &ResourceType) -> Group {
    let known = || std::iter::once("us-east-1").chain(formwork_facts::REGIONS.iter().copied());
    let exists = |region: &&str| formwork_facts::exists_in(&facts.name, region) == Some(true);
    let transform = facts.transform.as_deref().map(|_| "AWS::Serverless-2016-10-31");
    Group { region: known().find(exists).or(transform.map(|_| "us-east-1")), transform }
}

/// The logical id of a type's resource.
fn id(facts: &ResourceType) -> String {
    facts.name.split("::").skip(1).collect()
}

/// The source of a service: a function for the smallest and one for the largest resource of every type.
fn of_service(name: &'static str) -> Module {
    let types: Vec<&'static ResourceType> =
        formwork_facts::types(name).filter_map(formwork_facts::resource_type).collect();
    let builders = formwork_codegen::builders(name);
    let modules = formwork_codegen::methods(types.iter().map(|facts| facts.short_name()), &[]);
    let mut source = format!("use every_type::*;\nuse formwork_aws::{name} as s;\n\n");
    let (mut smallest, mut largest, mut calls) = (Vec::new(), Vec::new(), (0, 0));
    for (facts, module) in types.into_iter().zip(&modules) {
        let maker = |form| Maker::new(facts, &builders, module, form);
        let small = maker("smallest").smallest();
        let large = maker("largest").largest();
        calls = (calls.0 + small.setters, calls.1 + large.setters);
        for (form, made, all) in [("smallest", small, &mut smallest), ("largest", large, &mut largest)] {
            let function = format!("{}_{form}", module.trim_end_matches('_'));
            let Made { resource, functions, .. } = made;
            functions.iter().for_each(|function| source.push_str(function));
            let handle = if form == "largest" { "let resource = " } else { "" };
            let _ = writeln!(
                source,
                "pub fn {function}(stack: Stack<'_>) {{\n{handle}stack.add({:?}, {});",
                id(facts),
                resource.rust,
            );
            if form == "largest" {
                let set = settable(&facts.properties);
                let names: Vec<&str> = set.map(|property| &*property.name).collect();
                let fields = formwork_codegen::methods(names.iter().copied(), &[]);
                let read = if fields.is_empty() { "_" } else { "read" };
                let _ = writeln!(source, "let {read} = stack.get(resource);");
                for (name, field) in names.iter().zip(fields) {
                    let property = format!("{}.{name}", facts.name);
                    let _ = writeln!(source, "reads({property:?}, read.{field});");
                }
            }
            source.push_str("}\n");
            all.push(Added { service: name, function, facts, expected: resource.json });
        }
    }
    Module { service: name, source, smallest, largest, calls }
}

fn manifest(workspace: &Path) -> String {
    let path = |name: &str| workspace.join("crates").join(name);
    format!(
        "[package]\nname = \"every_type\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[workspace]\n\n\
         [dependencies]\nformwork-core = {{ path = {:?} }}\n\
         formwork-aws = {{ path = {:?}, default-features = false, features = [\"all\"] }}\nserde_json = \"1\"\n\n\
         [profile.dev]\ndebug = false\nincremental = false\n",
        path("core"),
        path("aws"),
    )
}

/// Writes a file, unless it is there already as it has to be, so that nothing is built anew for nothing.
pub(crate) fn update(file: &Path, text: &str) {
    if fs::read_to_string(file).is_ok_and(|before| before == text) {
        return;
    }
    let folder = file.parent().expect("a file in a folder");
    fs::create_dir_all(folder).expect("a folder under target can be made");
    fs::write(file, text).expect("a file under target can be written");
}
