//! The data files: they are read as they were written, and hold what they should.

use std::collections::BTreeSet;

use formwork_facts::{
    Kind, Properties, REGIONS, Regions, Shape, TagForm, Unit, Update, exists_in, parse_service,
    resource_type, service, service_of, services, types,
};

fn text_of(service: &str) -> &'static str {
    let path = format!("{}/data/{service}.facts", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(path).unwrap_or_default().leak()
}

#[test]
fn every_file_is_listed_and_reads_as_it_is_written() {
    let folder = format!("{}/data", env!("CARGO_MANIFEST_DIR"));
    let files: BTreeSet<String> = std::fs::read_dir(folder)
        .unwrap()
        .filter_map(|file| file.unwrap().file_name().to_str()?.strip_suffix(".facts").map(str::to_owned))
        .collect();
    assert_eq!(files, services().map(str::to_owned).collect());
    for name in services() {
        let text = text_of(name);
        assert_eq!(parse_service(text).unwrap().to_string(), text, "{name}");
    }
}

#[test]
fn a_type_by_itself_is_what_it_is_in_its_service() {
    for name in ["ec2", "s3", "sqs"] {
        let service = service(name).unwrap();
        assert_eq!(
            types(name).collect::<Vec<_>>(),
            service.types.iter().map(|one| &*one.name).collect::<Vec<_>>()
        );
        for one in &service.types {
            assert_eq!(resource_type(&one.name), Some(one));
        }
    }
    assert_eq!(resource_type("AWS::EC2::Nothing"), None);
    assert_eq!(resource_type("nonsense"), None);
}

/// Everything that refers to something refers to something that is there.
#[test]
fn objects_rules_and_references_lead_somewhere() {
    fn objects<'s>(shape: &'s Shape, names: &mut Vec<&'s str>) {
        match &shape.kind {
            Kind::Object(name) => names.push(name),
            Kind::List(inner) | Kind::Map(inner) => objects(inner, names),
            _ => {}
        }
    }
    for owner in services().flat_map(types).filter_map(resource_type) {
        let groups: Vec<&Properties> =
            owner.objects.iter().map(|object| &object.properties).chain([&owner.properties]).collect();
        let mut reached = BTreeSet::new();
        for group in &groups {
            for property in &group.all {
                let mut names = Vec::new();
                objects(&property.shape, &mut names);
                for name in names {
                    assert!(
                        owner.object(name).is_some(),
                        "{} {}: no object {name}",
                        owner.name,
                        property.name
                    );
                    reached.insert(name);
                }
            }
            for rule in &group.rules {
                use formwork_facts::Rule;
                let names: Vec<_> = match rule {
                    Rule::ExactlyOne(groups) | Rule::AtLeastOne(groups) => groups.iter().flatten().collect(),
                    Rule::Excludes(one, others) | Rule::Needs(one, others) => {
                        [one].into_iter().chain(others).collect()
                    }
                    Rule::Count(..) => Vec::new(),
                };
                assert!(names.iter().all(|name| group.get(name).is_some()), "{}: {rule:?}", owner.name);
            }
        }
        assert_eq!(reached.len(), owner.objects.len(), "{} has objects that nothing holds", owner.name);
        if let Some(tagging) = &owner.tagging {
            assert!(owner.properties.get(&tagging.property).is_some(), "{}", owner.name);
        }
    }
}

#[test]
fn telling_facts() {
    let subnet = resource_type("AWS::EC2::Subnet").unwrap();
    let cidr = subnet.properties.get("CidrBlock").unwrap();
    assert_eq!(
        (cidr.required, cidr.update, cidr.shape.format.as_deref()),
        (false, Update::Replaces, Some("ipv4-network"))
    );
    assert_eq!(subnet.reference, ["SubnetId"]);

    let queue = resource_type("AWS::SQS::Queue").unwrap();
    assert!(queue.stateful);
    assert_eq!(queue.properties.get("VisibilityTimeout").unwrap().shape.unit, Some(Unit::Seconds));
    assert_eq!(
        queue.tagging.as_ref().map(|tagging| (tagging.form, tagging.in_place)),
        Some((TagForm::List, true))
    );
    let age = queue.metrics.iter().find(|metric| metric.name == "ApproximateAgeOfOldestMessage").unwrap();
    assert_eq!((&*age.namespace, age.dimensions.as_slice()), ("AWS/SQS", &[vec!["QueueName".into()]][..]));

    // Attributes of the wrong-looking sort: a part of an object, a list.
    let database = resource_type("AWS::RDS::DBInstance").unwrap();
    assert!(database.attribute("Endpoint.Port").is_some());
    let zone = resource_type("AWS::Route53::HostedZone").unwrap();
    assert!(matches!(zone.attribute("NameServers").unwrap().shape.kind, Kind::List(_)));

    let group = resource_type("AWS::AutoScaling::AutoScalingGroup").unwrap();
    assert_eq!(group.tagging.as_ref().unwrap().form, TagForm::Propagating);
    assert_eq!(service_of("AWS::ElasticLoadBalancingV2::LoadBalancer"), "elasticloadbalancingv2");
}

#[test]
fn regions() {
    assert!(REGIONS.contains(&"eu-central-1"));
    assert_eq!(exists_in("AWS::S3::Bucket", "us-east-1"), Some(true));
    assert_eq!(exists_in("AWS::DeviceFarm::Project", "eu-central-1"), Some(false));
    assert_eq!(exists_in("AWS::S3::Bucket", "moon-south-1"), None);
    assert_eq!(exists_in("AWS::Nothing::Here", "us-east-1"), None);
    let retired = service("iotfleethub").unwrap();
    assert_eq!(retired.regions, Regions::Unknown);
}
