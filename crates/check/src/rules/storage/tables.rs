//! Tables of DynamoDB, and file systems.

use std::collections::{HashMap, HashSet};

use crate::{
    context::{Context, Resource, Value},
    rule::Says,
    rules::network::zone,
};

pub(super) fn mount_targets<'a>(context: &'a Context<'a>, says: &mut Says) {
    let mut seen: HashMap<_, Value<'a>> = HashMap::new();
    for target in context.of_type("AWS::EFS::MountTarget") {
        let subnet = target.get("SubnetId");
        let (Some(files), Some(declared)) = (target.get("FileSystemId").resource(), subnet.resource()) else {
            continue;
        };
        let place = (files, zone(declared).ok_or(declared));
        match seen.get(&place) {
            Some(first) => {
                says.add(subnet, format!("a second mount target of `{}` in the same zone", files.id()))
                    .also(*first, "the first one")
                    .help("a file system has one mount target in each zone");
            }
            None => {
                seen.insert(place, subnet);
            }
        }
    }
}

/// The keys of a table and of its indexes.
fn keys(table: Resource<'_>) -> Vec<Value<'_>> {
    let mut keys = table.get("KeySchema").items();
    for list in ["GlobalSecondaryIndexes", "LocalSecondaryIndexes"] {
        keys.extend(table.get(list).items().iter().flat_map(|index| index.get("KeySchema").items()));
    }
    keys
}

pub(super) fn attributes(table: Resource<'_>, says: &mut Says) {
    let definitions = table.get("AttributeDefinitions");
    let lists = ["KeySchema", "GlobalSecondaryIndexes", "LocalSecondaryIndexes"];
    if definitions.is_absent()
        || definitions.is_unknown()
        || lists.iter().any(|list| table.get(list).is_unknown())
    {
        return;
    }
    let keys = keys(table);
    let name = |value: &Value<'_>| value.get("AttributeName").text().map(|text| text.into_owned());
    let items = definitions.items();
    let defined: Option<HashSet<String>> = items.iter().map(name).collect();
    let used: Option<HashSet<String>> = keys.iter().map(name).collect();
    let (Some(defined), Some(used)) = (defined, used) else { return };
    let more = table.get("VectorIndexes").is_set();
    for key in keys {
        if let Some(name) = name(&key).filter(|name| !defined.contains(name)) {
            says.add(
                key.get("AttributeName"),
                format!("the key attribute `{name}` of `{}` is not defined", table.id()),
            )
            .also(definitions, "the attributes that are")
            .help(format!("add `{{AttributeName: {name}, AttributeType: S}}` to `AttributeDefinitions`"));
        }
    }
    for item in items {
        if let Some(name) = name(&item).filter(|name| !more && !used.contains(name)) {
            says.add(
                item.get("AttributeName"),
                format!("the attribute `{name}` of `{}` is defined and is no key", table.id()),
            )
            .help("remove it; attributes that are no keys are not declared");
        }
    }
}

pub(super) fn billing(table: Resource<'_>, says: &mut Says) {
    let mode = table.get("BillingMode");
    let on_demand = mode.is("PAY_PER_REQUEST");
    let provisioned = mode.is_absent() || mode.is("PROVISIONED");
    let indexes = table.get("GlobalSecondaryIndexes").items();
    let owners = std::iter::once(table.value().get("Properties")).chain(indexes.iter().copied());
    for owner in owners.filter(|owner| !owner.is_unknown()) {
        let throughput = owner.get("ProvisionedThroughput");
        if on_demand && throughput.is_set() {
            says.add(throughput, format!("`{}` is paid by request, and capacity is provisioned", table.id()))
                .also(mode, "paid by request")
                .help("remove it, or set `BillingMode: PROVISIONED`");
        } else if provisioned && throughput.is_absent() {
            says.add(throughput, format!("`{}` is provisioned and does not say how much", table.id()))
                .help("set `BillingMode: PAY_PER_REQUEST`, or `ProvisionedThroughput`");
        }
    }
    for (list, most) in [("GlobalSecondaryIndexes", 20), ("LocalSecondaryIndexes", 5)] {
        let value = table.get(list);
        let count = value.items().len();
        if count > most {
            says.add(
                value,
                format!("`{}` has {count} indexes; at most {most} of this kind are taken", table.id()),
            )
            .help("leave out what is not needed");
        }
    }
    let local = table.get("LocalSecondaryIndexes");
    let keys = table.get("KeySchema").items();
    if keys.len() == 1 && !local.items().is_empty() {
        says.add(local, format!("`{}` has local indexes and no sort key", table.id()))
            .help("give the table a sort key, or use global indexes");
    }
    let partition = |keys: Vec<Value<'_>>| {
        let key = keys.into_iter().find(|key| key.get("KeyType").is("HASH"))?;
        key.get("AttributeName").text().map(|text| text.into_owned())
    };
    let own = partition(keys);
    for index in local.items() {
        let other = partition(index.get("KeySchema").items());
        if let (Some(own), Some(other)) = (&own, other)
            && *own != other
        {
            says.add(
                index.get("KeySchema"),
                format!("a local index of `{}` has the partition key `{other}`, not `{own}`", table.id()),
            )
            .help("a local index has the table's partition key; use a global index for others");
        }
    }
}
