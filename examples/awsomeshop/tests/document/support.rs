//! The templates of an environment, with what they refer to filled in.

use std::{collections::BTreeMap, fmt::Display, fs, path::Path, process::Command};

use serde_json::{Map, Value, json};

/// The account that stands for the one in which the templates are deployed.
pub const ACCOUNT: &str = "111122223333";

/// What stands for the random part of a stack's id, and with it of the buckets' names.
pub const SUFFIX: &str = "51af3dc0";

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

    /// The only resource of a type. Where there may be a second one, ask by its name: [`Shop::with`].
    #[track_caller]
    pub fn only(&self, kind: &str) -> Resource {
        let mut all = self.all(kind);
        let names: Vec<String> = all.iter().map(Resource::reference).collect();
        assert!(all.len() == 1, "there should be one {kind}, and there is: {}", names.join(", "));
        all.remove(0)
    }

    /// The only resource of a type whose property has this value.
    #[track_caller]
    pub fn with(&self, kind: &str, property: &str, value: impl Into<Value>) -> Resource {
        let (all, value) = (self.all(kind), value.into());
        let line = |it: &Resource| format!("\n  {}: {}", it.reference(), shown(it.get(property)));
        let among: String = all.iter().map(line).collect();
        let mut same: Vec<Resource> = all.into_iter().filter(|it| it.get(property) == &value).collect();
        assert!(same.len() == 1, "there should be one {kind} with {property} {value}, among:{among}");
        same.remove(0)
    }

    /// One resource.
    #[track_caller]
    pub fn resource(&self, stack: &str, id: &str) -> Resource {
        let mut beside = self.template(stack)["Resources"][id].clone();
        assert!(beside.is_object(), "there is no resource {stack}/{id}");
        let properties = beside.as_object_mut().and_then(|it| it.remove("Properties")).unwrap_or_default();
        Resource { stack: stack.into(), id: id.into(), properties: self.filled(stack, &properties), beside }
    }

    /// A template, as it is written.
    pub fn template(&self, stack: &str) -> &Value {
        &self.stacks[stack].template
    }

    /// Where the values of a stack's parameters come from.
    pub fn parameters(&self, stack: &str) -> &Value {
        &self.stacks[stack].parameters
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
                let whom = [peer, "CidrIp", "CidrIpv6", "SourcePrefixListId", "DestinationPrefixListId"];
                let whom = whom.iter().map(|it| &rule[it]).filter(|it| !it.is_null()).map(text);
                let whom = whom.collect::<Vec<_>>().join(" and ");
                let (protocol, first, last) = (text(&rule["IpProtocol"]), &rule["FromPort"], &rule["ToPort"]);
                let one = protocol == "tcp" && first == last;
                let ports = if one { text(first) } else { format!("{protocol} {first}-{last}") };
                rules.push(format!("{direction} {whom}: {ports}"));
            }
        }
        rules
    }

    /// What a role may do: every action of its policies, wherever they stand, and what it is for. A statement that is
    /// more than an action for a resource stands there as it is.
    pub fn grants(&self, role: &Resource) -> Vec<String> {
        let inline = many(&role.properties["Policies"]);
        let kinds = ["AWS::IAM::RolePolicy", "AWS::IAM::Policy", "AWS::IAM::ManagedPolicy"];
        let apart = kinds.iter().flat_map(|kind| self.all(kind)).map(|policy| policy.properties);
        let names = [Value::from(role.reference()), role.properties["RoleName"].clone()];
        let apart = apart.filter(|policy| {
            let roles = many(&policy["Roles"]).into_iter().chain([policy["RoleName"].clone()]);
            roles.filter(|it| !it.is_null()).any(|it| names.contains(&it))
        });
        let statements = inline.into_iter().chain(apart);
        statements.flat_map(|policy| many(&policy["PolicyDocument"]["Statement"])).flat_map(grants).collect()
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
            "Fn::Split" => {
                let whole = text(&self.filled(stack, &argument[1]));
                Some(whole.split(argument[0].as_str()?).collect())
            }
            "Fn::Select" => {
                let index: usize = text(&argument[0]).parse().ok()?;
                self.filled(stack, &argument[1]).get(index).cloned()
            }
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
            "AWS::StackId" => {
                let owner = format!("{}:{ACCOUNT}", self.region);
                return format!("arn:aws:cloudformation:{owner}:stack/{stack}/{SUFFIX}-0000").into();
            }
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

    /// Its properties, by their ways (`Tags.0.Key`), are what the document says; `null` is one that is not there.
    #[track_caller]
    pub fn is(&self, expected: Value) {
        let Value::Object(expected) = expected else { panic!("no properties: {expected}") };
        let differs = |(way, value): (&String, &Value)| {
            let found = self.get(way);
            let line = || format!("\n  {way} is {}, and should be {}", shown(found), shown(value));
            (found != value).then(line)
        };
        let lines: String = expected.iter().filter_map(differs).collect();
        assert!(lines.is_empty(), "{}:{lines}", self.reference());
    }

    /// The statements of its policy, in any order.
    #[track_caller]
    pub fn says(&self, statements: impl IntoIterator<Item = Value>) {
        same(&self.reference(), many(self.get("PolicyDocument.Statement")), statements);
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

/// How a value is shown where it is not the right one.
fn shown(value: &Value) -> String {
    if value.is_null() { "not there".into() } else { value.to_string() }
}

/// What may be one or a list.
pub fn many(value: &Value) -> Vec<Value> {
    match value {
        Value::Null => Vec::new(),
        Value::Array(items) => items.clone(),
        one => vec![one.clone()],
    }
}

/// A list of names and values, as an object.
pub fn object(list: &Value, name: &str, value: &str) -> Value {
    many(list).iter().map(|it| (text(&it[name]), it[value].clone())).collect()
}

/// The actions of a statement, for what they are, under which condition.
fn grants(statement: Value) -> Vec<String> {
    let plain = |key: &String| ["Sid", "Effect", "Action", "Resource", "Condition"].contains(&&**key);
    if statement["Effect"] != "Allow" || !statement.as_object().is_some_and(|it| it.keys().all(plain)) {
        return vec![statement.to_string()];
    }
    let condition = &statement["Condition"];
    let condition = if condition.is_null() { String::new() } else { format!(" if {condition}") };
    let resources: Vec<String> = many(&statement["Resource"]).iter().map(text).collect();
    let of = |action: Value| resources.iter().map(move |it| (text(&action), it)).collect::<Vec<_>>();
    let pairs = many(&statement["Action"]).into_iter().flat_map(of);
    pairs.map(|(action, resource)| format!("{action} on {resource}{condition}")).collect()
}

/// The statement that keeps everything out that is not encrypted on its way to a bucket.
pub fn tls_only(bucket: &str) -> Value {
    json!({
        "Sid": "TlsOnly",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": [format!("{bucket}.Arn"), format!("{bucket}.Arn/*")],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    })
}

/// Both have the same members, in any order: says which are missing, and which are more.
#[track_caller]
pub fn same<T: Display + PartialEq>(
    what: &str,
    found: impl IntoIterator<Item = T>,
    expected: impl IntoIterator<Item = T>,
) {
    let mut more: Vec<T> = found.into_iter().collect();
    let mut lines = String::new();
    for it in expected {
        match more.iter().position(|other| *other == it) {
            Some(index) => drop(more.remove(index)),
            None => lines += &format!("\n  missing: {it}"),
        }
    }
    lines.extend(more.iter().map(|it| format!("\n  unexpected: {it}")));
    assert!(lines.is_empty(), "{what}:{lines}");
}
