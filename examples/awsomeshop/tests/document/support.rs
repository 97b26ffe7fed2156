//! The templates of an environment, with what they refer to filled in.

use std::{collections::BTreeMap, fs, path::Path, process::Command};

use serde_json::{Map, Value};

/// The account that stands for the one in which the templates are deployed.
pub const ACCOUNT: &str = "111122223333";

/// What `synth` writes for an environment.
pub struct Shop {
    region: String,
    stacks: BTreeMap<String, Stack>,
}

struct Stack {
    template: Value,
    parameters: Value,
}

/// A resource, with its properties filled in: a reference to another resource is `<stack>/<id>`, to its attribute
/// `<stack>/<id>.<attribute>`, whichever stack it is in.
#[derive(Debug)]
pub struct Resource {
    pub stack: String,
    pub id: String,
    pub properties: Value,
    /// What stands beside the properties, such as `DeletionPolicy`.
    pub beside: Value,
}

impl Shop {
    /// Runs the program for an environment.
    pub fn of(environment: &str) -> Self {
        let name = std::thread::current().name().unwrap_or_default().replace("::", "-");
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("awsomeshop-{environment}-{name}"));
        let ran = Command::new(env!("CARGO_BIN_EXE_awsomeshop"))
            .args(["synth", environment, "--out"])
            .arg(&folder)
            .output()
            .expect("the program runs");
        assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
        let read = |file: &str| -> Value {
            let text = fs::read_to_string(folder.join(file)).expect("it was written");
            serde_json::from_str(&text).expect("it is JSON")
        };
        let manifest = read("manifest.json");
        let stack = |stack: &Value| {
            let file = stack["template"]["file"].as_str().expect("a template");
            let id = stack["id"].as_str().expect("an id").to_owned();
            (id, Stack { template: read(file), parameters: stack["parameters"].clone() })
        };
        Self {
            region: manifest["environment"]["region"].as_str().expect("a Region").to_owned(),
            stacks: manifest["stacks"].as_array().expect("stacks").iter().map(stack).collect(),
        }
    }

    /// The Region.
    pub fn region(&self) -> &str {
        &self.region
    }

    /// The stacks' names.
    pub fn stacks(&self) -> Vec<&str> {
        self.stacks.keys().map(String::as_str).collect()
    }

    /// All resources of a stack: id and type.
    pub fn resources(&self, stack: &str) -> Vec<(String, String)> {
        let resources = self.stacks[stack].template["Resources"].as_object().expect("resources");
        let of = |(id, resource): (&String, &Value)| (id.clone(), text(&resource["Type"]));
        resources.iter().map(of).collect()
    }

    /// All resources of a type.
    pub fn all(&self, kind: &str) -> Vec<Resource> {
        let of = |stack: &String| {
            let ids = self.resources(stack).into_iter().filter(|(_, it)| it == kind);
            ids.map(|(id, _)| self.resource(stack, &id)).collect::<Vec<_>>()
        };
        self.stacks.keys().flat_map(of).collect()
    }

    /// The only resource of a type.
    pub fn only(&self, kind: &str) -> Resource {
        let mut all = self.all(kind);
        assert_eq!(all.len(), 1, "{kind}: {all:#?}");
        all.remove(0)
    }

    /// The only resource of a type whose property has this value.
    pub fn with(&self, kind: &str, property: &str, value: impl Into<Value>) -> Resource {
        let (all, value) = (self.all(kind), value.into());
        let mut same: Vec<Resource> = all.into_iter().filter(|it| it.properties[property] == value).collect();
        assert_eq!(same.len(), 1, "{kind} with {property}: {value}: {same:#?}");
        same.remove(0)
    }

    /// One resource.
    pub fn resource(&self, stack: &str, id: &str) -> Resource {
        let mut beside = self.stacks[stack].template["Resources"][id].clone();
        let properties = beside.as_object_mut().and_then(|it| it.remove("Properties")).unwrap_or_default();
        Resource { stack: stack.into(), id: id.into(), properties: self.filled(stack, &properties), beside }
    }

    /// The rules of a security group: direction, port or ports, and whom they are for.
    pub fn rules(&self, group: &Resource) -> Vec<String> {
        let mut rules = Vec::new();
        for (kind, inline, direction, peer) in [
            ("AWS::EC2::SecurityGroupIngress", "SecurityGroupIngress", "from", "SourceSecurityGroupId"),
            ("AWS::EC2::SecurityGroupEgress", "SecurityGroupEgress", "to", "DestinationSecurityGroupId"),
        ] {
            let own = self.all(kind).into_iter().map(|rule| rule.properties);
            let own = own.filter(|rule| rule["GroupId"] == group.reference());
            let inline = group.properties[inline].as_array().cloned().unwrap_or_default();
            for rule in own.chain(inline) {
                let whom = if rule[peer].is_null() { &rule["CidrIp"] } else { &rule[peer] };
                let (first, last) = (&rule["FromPort"], &rule["ToPort"]);
                assert_eq!((first, &rule["IpProtocol"]), (last, &"tcp".into()), "{rule}");
                rules.push(format!("{direction} {}: {first}", text(whom)));
            }
        }
        rules.sort();
        rules
    }

    /// What a role may do: every statement of its own policies, wherever they stand.
    pub fn rights(&self, role: &Resource) -> Vec<Value> {
        let inline = role.properties["Policies"].as_array().cloned().unwrap_or_default();
        let apart = self.all("AWS::IAM::RolePolicy").into_iter().map(|policy| policy.properties);
        let apart = apart.filter(|policy| policy["RoleName"] == role.reference());
        let policies = inline.into_iter().chain(apart);
        policies
            .flat_map(|policy| policy["PolicyDocument"]["Statement"].as_array().cloned().unwrap_or_default())
            .collect()
    }

    /// Whether a role may do something with something.
    pub fn allows(&self, role: &Resource, action: &str, resource: &str) -> bool {
        let has = |list: &Value, what: &str| match list {
            Value::Array(items) => items.iter().any(|item| item == what),
            item => item == what,
        };
        self.rights(role).iter().any(|statement| {
            statement["Effect"] == "Allow"
                && has(&statement["Action"], action)
                && has(&statement["Resource"], resource)
        })
    }

    fn filled(&self, stack: &str, value: &Value) -> Value {
        match value {
            Value::Array(items) => items.iter().map(|item| self.filled(stack, item)).collect(),
            Value::Object(members) => self.function(stack, members).unwrap_or_else(|| {
                members.iter().map(|(key, value)| (key.clone(), self.filled(stack, value))).collect()
            }),
            literal => literal.clone(),
        }
    }

    fn function(&self, stack: &str, members: &Map<String, Value>) -> Option<Value> {
        let (name, argument) = members.iter().next().filter(|_| members.len() == 1)?;
        match name.as_str() {
            "Ref" => Some(self.named(stack, argument.as_str()?)),
            "Fn::GetAtt" => match argument {
                Value::Array(parts) => {
                    Some(format!("{stack}/{}.{}", text(&parts[0]), text(&parts[1])).into())
                }
                whole => Some(format!("{stack}/{}", text(whole)).into()),
            },
            "Fn::Sub" => Some(self.substituted(stack, argument)),
            "Fn::Join" => {
                let parts = self.filled(stack, &argument[1]);
                let parts: Vec<String> = parts.as_array()?.iter().map(text).collect();
                Some(parts.join(argument[0].as_str()?).into())
            }
            _ => None,
        }
    }

    fn named(&self, stack: &str, name: &str) -> Value {
        match name {
            "AWS::Region" => return self.region.clone().into(),
            "AWS::AccountId" => return ACCOUNT.into(),
            "AWS::Partition" => return "aws".into(),
            "AWS::URLSuffix" => return "amazonaws.com".into(),
            _ => {}
        }
        let from = &self.stacks[stack].parameters[name];
        match (from["stack"].as_str(), from["output"].as_str()) {
            (Some(producer), Some(output)) => {
                let value = &self.stacks[producer].template["Outputs"][output]["Value"];
                self.filled(producer, value)
            }
            _ => format!("{stack}/{name}").into(),
        }
    }

    fn substituted(&self, stack: &str, argument: &Value) -> Value {
        let (pattern, own) = match argument {
            Value::Array(parts) => (text(&parts[0]), self.filled(stack, &parts[1])),
            pattern => (text(pattern), Value::Null),
        };
        let mut parts = pattern.split("${");
        let mut result = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            let (name, rest) = part.split_once('}').expect("a name ends");
            let value = match (own.get(name), name.split_once('.')) {
                (Some(value), _) => value.clone(),
                (None, Some(_)) => format!("{stack}/{name}").into(),
                (None, None) => self.named(stack, name),
            };
            result += &text(&value);
            result += rest;
        }
        result.into()
    }
}

impl Resource {
    /// How others refer to it.
    pub fn reference(&self) -> String {
        format!("{}/{}", self.stack, self.id)
    }

    /// A property, by its way: `Tags.0.Key`.
    pub fn get(&self, way: &str) -> &Value {
        let step = |value: &'_ Value, step: &str| -> usize {
            step.parse().map_or(usize::MAX, |index| if value.is_array() { index } else { usize::MAX })
        };
        way.split('.').fold(&self.properties, |value, part| match step(value, part) {
            usize::MAX => &value[part],
            index => &value[index],
        })
    }
}

/// A text, or how something else is written.
pub fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
