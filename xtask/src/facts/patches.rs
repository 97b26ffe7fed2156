//! Corrections of the sources: each small, named, with its reason, and an error once it no longer applies.

use formwork_facts::ResourceType;
use serde_json::Value;

/// Which patches have been applied.
#[derive(Default)]
pub struct Patches {
    applied: Vec<&'static str>,
}

/// A correction of a schema before it is read.
struct OfSchema {
    name: &'static str,
    resource_type: &'static str,
    /// Answers whether there was anything to correct.
    patch: fn(&mut Value) -> bool,
}

/// A correction of the facts on a type.
struct OfFacts {
    name: &'static str,
    resource_type: &'static str,
    patch: fn(&mut ResourceType) -> bool,
}

const SCHEMAS: &[OfSchema] = &[];

const FACTS: &[OfFacts] = &[];

impl Patches {
    pub fn schema(&mut self, resource_type: &str, mut schema: Value) -> Value {
        for patch in SCHEMAS.iter().filter(|patch| patch.resource_type == resource_type) {
            if (patch.patch)(&mut schema) {
                self.applied.push(patch.name);
            }
        }
        schema
    }

    pub fn facts(&mut self, facts: &mut ResourceType) {
        for patch in FACTS {
            if patch.resource_type == facts.name && (patch.patch)(facts) {
                self.applied.push(patch.name);
            }
        }
    }

    /// Refuses patches that had nothing to correct: the source has changed.
    pub fn finish(self) -> Result<(), String> {
        let all = SCHEMAS.iter().map(|patch| patch.name).chain(FACTS.iter().map(|patch| patch.name));
        let stale: Vec<&str> = all.filter(|name| !self.applied.contains(name)).collect();
        match stale.as_slice() {
            [] => Ok(()),
            stale => Err(format!("patches that no longer apply, to be removed: {}", stale.join("; "))),
        }
    }
}
