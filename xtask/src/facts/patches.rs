//! Corrections of the sources: each small, named, with its reason, and an error once it no longer applies.

use formwork_facts::{Reference, ResourceType};
use serde_json::{Value, json};

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
            *property = json!({"type": "string"});
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

fn references(facts: &mut ResourceType) {
    let name = facts.name.clone();
    let objects = facts.objects.iter_mut().map(|object| &mut object.properties);
    for property in objects.chain([&mut facts.properties]).flat_map(|group| &mut group.all) {
        let wanted = REFERENCES.iter().find(|(owner, known, ..)| *owner == name && *known == property.name);
        if let Some((.., resource_type, target)) = wanted
            && property.shape.references.is_empty()
        {
            let reference = Reference { resource_type: (*resource_type).into(), property: (*target).into() };
            property.shape.references.push(reference);
        }
    }
}

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
        references(facts);
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
