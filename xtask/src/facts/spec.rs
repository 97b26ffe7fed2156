//! The service specification: `db.json` of the npm package `@aws-cdk/aws-service-spec`.

use std::collections::BTreeMap;

use serde_json::Value;

/// What is wanted of it, by the names of resource types.
pub struct Spec<'v> {
    resources: BTreeMap<&'v str, &'v Value>,
    definitions: BTreeMap<&'v str, &'v Value>,
    metrics: BTreeMap<&'v str, &'v Value>,
    dimension_sets: BTreeMap<&'v str, &'v Value>,
    of_resource: &'v Value,
    dimensions_of_resource: &'v Value,
    dimensions_of_metric: &'v Value,
}

impl<'v> Spec<'v> {
    pub fn new(database: &'v Value) -> Result<Self, String> {
        let schema = &database["schema"];
        let entities = |kind: &str| -> Result<&'v Vec<Value>, String> {
            schema[kind]["entities"]
                .as_array()
                .ok_or_else(|| format!("the service specification has no `{kind}`"))
        };
        let by = |kind: &str, key: &'static str| -> Result<BTreeMap<&'v str, &'v Value>, String> {
            Ok(entities(kind)?.iter().filter_map(|entity| Some((entity[key].as_str()?, entity))).collect())
        };
        Ok(Self {
            resources: by("resource", "cloudFormationType")?,
            definitions: by("typeDefinition", "$id")?,
            metrics: by("metric", "$id")?,
            dimension_sets: by("dimensionSet", "$id")?,
            of_resource: &schema["resourceHasMetric"]["forward"],
            dimensions_of_resource: &schema["resourceHasDimensionSet"]["forward"],
            dimensions_of_metric: &schema["usesDimensionSet"]["forward"],
        })
    }

    pub fn resource_types(&self) -> impl Iterator<Item = &'v str> {
        self.resources.keys().copied()
    }

    pub fn resource(&self, name: &str) -> Option<&'v Value> {
        self.resources.get(name).copied()
    }

    /// The object that a value type refers to.
    pub fn definition(&self, value_type: &Value) -> Option<&'v Value> {
        self.definitions.get(value_type["reference"]["$ref"].as_str()?).copied()
    }

    /// The metrics of a resource: namespace, name, statistic, sets of dimensions.
    pub fn metrics(&self, resource: &Value) -> Vec<(String, String, String, Vec<Vec<String>>)> {
        let id = resource["$id"].as_str().unwrap_or_default();
        let targets = |relation: &'v Value, id: &str| -> Vec<&'v str> {
            let edges = relation[id].as_array().map_or(&[][..], Vec::as_slice);
            edges.iter().filter_map(|edge| edge["$id"].as_str()).collect()
        };
        let own_sets = targets(self.dimensions_of_resource, id);
        let mut metrics: Vec<_> = targets(self.of_resource, id)
            .into_iter()
            .filter_map(|metric_id| {
                let metric = self.metrics.get(metric_id)?;
                let mut sets: Vec<Vec<String>> = targets(self.dimensions_of_metric, metric_id)
                    .into_iter()
                    .filter(|set| own_sets.contains(set))
                    .filter_map(|set| self.dimension_sets.get(set)?["dimensions"].as_array())
                    .map(|set| set.iter().filter_map(|one| Some(one["name"].as_str()?.to_owned())).collect())
                    .collect();
                sets.sort();
                sets.dedup();
                let text = |key: &str| metric[key].as_str().unwrap_or_default().to_owned();
                Some((text("namespace"), text("name"), text("statistic"), sets))
            })
            .collect();
        metrics.sort();
        metrics.dedup();
        metrics
    }
}
