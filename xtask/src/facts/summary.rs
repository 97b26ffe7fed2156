//! What an update changed, in words.

use std::collections::{BTreeMap, BTreeSet};

use formwork_facts::{Property, ResourceType, Service};

/// How many names of a kind of change are printed.
const SHOWN: usize = 20;

/// Prints types and properties that were added, removed or changed.
pub fn print(before: &BTreeMap<String, Service>, after: &BTreeMap<String, Service>) {
    let old = types(before);
    let new = types(after);
    let names = |of: &BTreeMap<&str, &ResourceType>| -> BTreeSet<String> {
        of.keys().map(|name| (*name).to_owned()).collect()
    };
    let (old_names, new_names) = (names(&old), names(&new));
    line("types added", &new_names.difference(&old_names).cloned().collect::<Vec<_>>());
    line("types removed", &old_names.difference(&new_names).cloned().collect::<Vec<_>>());
    let (mut added, mut removed, mut retyped, mut limited) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for (name, new) in &new {
        let Some(old) = old.get(name) else { continue };
        let (old, new) = (properties(old), properties(new));
        for (path, property) in &new {
            match old.get(path) {
                None => added.push(path.clone()),
                Some(before)
                    if before.shape.kind != property.shape.kind || before.required != property.required =>
                {
                    retyped.push(path.clone());
                }
                Some(before) if before != property => limited.push(path.clone()),
                Some(_) => {}
            }
        }
        removed.extend(old.keys().filter(|path| !new.contains_key(*path)).cloned());
    }
    line("properties added", &added);
    line("properties removed", &removed);
    line("properties of another type, or newly required or free", &retyped);
    line("properties with other limits", &limited);
}

fn line(what: &str, names: &[String]) {
    println!("{what}: {}", names.len());
    for name in names.iter().take(SHOWN) {
        println!("    {name}");
    }
    if names.len() > SHOWN {
        println!("    and {} more", names.len() - SHOWN);
    }
}

fn types(services: &BTreeMap<String, Service>) -> BTreeMap<&str, &ResourceType> {
    services.values().flat_map(|service| &service.types).map(|owner| (&*owner.name, owner)).collect()
}

fn properties(owner: &ResourceType) -> BTreeMap<String, &Property> {
    let mut all = BTreeMap::new();
    for property in &owner.properties.all {
        all.insert(format!("{} {}", owner.name, property.name), property);
    }
    for object in &owner.objects {
        for property in &object.properties.all {
            all.insert(format!("{} {}.{}", owner.name, object.name, property.name), property);
        }
    }
    all
}
