//! Corrections of the sources: each small, named, with its reason, and an error once it no longer applies.

use formwork_facts::{Reference, ResourceType};
use serde_json::{Value, json};

/// Which patches have been applied.
#[derive(Default)]
pub struct Patches {
    applied: Vec<&'static str>,
    /// The references of `REFERENCES` that were added.
    referring: Vec<usize>,
}

/// A correction of a schema before it is read.
struct OfSchema {
    name: &'static str,
    resource_type: &'static str,
    /// Answers whether there was anything to correct.
    patch: fn(&mut Value) -> bool,
}

const SCHEMAS: &[OfSchema] = &[
    OfSchema {
        name: "the key schema of a table is a list; that it may also be a document says nothing",
        resource_type: "AWS::DynamoDB::Table",
        patch: |schema| {
            let property = &mut schema["properties"]["KeySchema"];
            let listed = property["oneOf"][0]["$ref"] == "#/definitions/KeySchema";
            if listed {
                *property = json!({"$ref": "#/definitions/KeySchema", "minItems": 1, "maxItems": 2});
                schema["definitions"]["KeySchema"]["items"]["properties"]["KeyType"]["enum"] =
                    json!(["HASH", "RANGE"]);
            }
            listed
        },
    },
    OfSchema {
        name: "a notification goes to one topic: the property is a text, in the singular",
        resource_type: "AWS::AutoScaling::AutoScalingGroup",
        patch: |schema| {
            let property = &mut schema["definitions"]["NotificationConfiguration"]["properties"]["TopicARN"];
            let unclear = property["type"] != "string" && property.is_object();
            if unclear {
                *property = json!({"type": "string"});
            }
            unclear
        },
    },
];

/// References that neither source publishes: type, property of it or of an object within, type referred to, property.
const REFERENCES: &[(&str, &str, &str, &str)] = &[
    ("AWS::DocDB::DBInstance", "DBClusterIdentifier", "AWS::DocDB::DBCluster", "DBClusterIdentifier"),
    (
        "AWS::ElastiCache::CacheCluster",
        "CacheSubnetGroupName",
        "AWS::ElastiCache::SubnetGroup",
        "CacheSubnetGroupName",
    ),
    (
        "AWS::ElastiCache::ReplicationGroup",
        "CacheSubnetGroupName",
        "AWS::ElastiCache::SubnetGroup",
        "CacheSubnetGroupName",
    ),
    ("AWS::Neptune::DBInstance", "DBClusterIdentifier", "AWS::Neptune::DBCluster", "DBClusterIdentifier"),
    ("AWS::RDS::DBCluster", "PerformanceInsightsKmsKeyId", "AWS::KMS::Key", "Arn"),
    ("AWS::Route53::RecordSet", "HealthCheckId", "AWS::Route53::HealthCheck", "HealthCheckId"),
];

impl Patches {
    pub fn schema(&mut self, resource_type: &str, mut schema: Value) -> Value {
        for patch in SCHEMAS.iter().filter(|patch| patch.resource_type == resource_type) {
            if (patch.patch)(&mut schema) {
                self.applied.push(patch.name);
            }
        }
        schema
    }

    /// Adds the references that are published nowhere.
    pub fn facts(&mut self, facts: &mut ResourceType) {
        let owner = facts.name.clone();
        let objects = facts.objects.iter_mut().map(|object| &mut object.properties);
        for property in objects.chain([&mut facts.properties]).flat_map(|group| &mut group.all) {
            let wanted =
                REFERENCES.iter().position(|(name, known, ..)| *name == owner && *known == property.name);
            if let Some(index) = wanted.filter(|_| property.shape.references.is_empty()) {
                let (.., resource_type, target) = REFERENCES[index];
                let reference = Reference { resource_type: resource_type.into(), property: target.into() };
                property.shape.references.push(reference);
                self.referring.push(index);
            }
        }
    }

    /// Refuses patches that had nothing to correct: the source has changed.
    pub fn finish(self) -> Result<(), String> {
        let schemas = SCHEMAS.iter().filter(|patch| !self.applied.contains(&patch.name));
        let references = REFERENCES.iter().enumerate().filter(|(index, _)| !self.referring.contains(index));
        let references =
            references.map(|(_, (owner, property, ..))| format!("the reference of {owner} {property}"));
        let stale: Vec<String> = schemas.map(|patch| patch.name.to_owned()).chain(references).collect();
        match stale.as_slice() {
            [] => Ok(()),
            stale => Err(format!("patches that no longer apply, to be removed: {}", stale.join("; "))),
        }
    }
}
