//! What a JSON Schema demands of one value, with `$ref` and `allOf` followed.

use schemars::{JsonSchema, generate::SchemaSettings};
use serde_json::{Map, Value};

use super::{tree::Tree, words};

/// How many unions are resolved to describe one value; whoever nests more gets a vaguer message.
const UNIONS: usize = 256;

/// The schema of the user's struct.
pub(super) fn of<C: JsonSchema>() -> Value {
    SchemaSettings::draft2020_12().into_generator().into_root_schema_for::<C>().to_value()
}

/// Everything that a schema demands of one value at once.
#[derive(Clone, Default)]
pub(super) struct View<'s> {
    /// Schemas that all apply.
    pub(super) parts: Vec<&'s Map<String, Value>>,
    /// Unions: of each, one branch has to apply as well.
    pub(super) unions: Vec<&'s [Value]>,
    /// Whether something is demanded that is not understood here; what is not understood is not reported.
    pub(super) open: bool,
    /// The references followed so far; a schema that refers to itself demands nothing new the second time.
    followed: Vec<&'s str>,
}

impl<'s> View<'s> {
    pub(super) fn new(root: &'s Value, schema: &'s Value) -> Self {
        let mut view = Self::default();
        view.add(root, schema);
        view
    }

    /// Demands another schema too.
    pub(super) fn add(&mut self, root: &'s Value, schema: &'s Value) {
        let Value::Object(part) = schema else {
            self.open = true; // `true`: anything goes
            return;
        };
        self.parts.push(part);
        for (keyword, value) in part {
            match (keyword.as_str(), value) {
                ("$ref", Value::String(reference)) => match resolve(root, reference) {
                    Some(_) if self.followed.contains(&reference.as_str()) => {}
                    Some(target) => {
                        self.followed.push(reference);
                        self.add(root, target);
                    }
                    None => self.open = true,
                },
                ("allOf", Value::Array(all)) => all.iter().for_each(|schema| self.add(root, schema)),
                ("anyOf" | "oneOf", Value::Array(branches)) => self.unions.push(branches),
                ("not" | "if" | "dependentSchemas" | "$dynamicRef" | "propertyNames", _) => self.open = true,
                _ => {}
            }
        }
    }

    /// All values of a keyword.
    pub(super) fn all(&self, keyword: &'s str) -> impl Iterator<Item = &'s Value> {
        self.parts.iter().filter_map(move |part| part.get(keyword))
    }

    /// The values that are allowed, where the schema lists them.
    pub(super) fn literals(&self) -> Option<Vec<&'s Value>> {
        let listed = self.all("enum").find_map(Value::as_array).map(|values| values.iter().collect());
        self.all("const").next().map(|value| vec![value]).or(listed)
    }

    /// The properties of an object.
    pub(super) fn properties(&self) -> impl Iterator<Item = (&'s str, &'s Value)> {
        let properties = self.all("properties").filter_map(Value::as_object);
        properties.flat_map(|properties| properties.iter().map(|(key, schema)| (key.as_str(), schema)))
    }

    /// The keys that an object must have.
    pub(super) fn required(&self) -> impl Iterator<Item = &'s str> {
        self.all("required").filter_map(Value::as_array).flatten().filter_map(Value::as_str)
    }

    /// The property with which a branch of a tagged enum tells itself from the others, and its value.
    pub(super) fn tag(&self) -> Option<(&'s str, &'s Value)> {
        self.properties().find_map(|(key, schema)| Some((key, schema.get("const")?)))
    }

    /// The only key of a branch of an externally tagged enum: `{"Queue": …}`.
    pub(super) fn wrapper(&self) -> Option<&'s str> {
        let mut keys = self.properties().map(|(key, _)| key);
        let key = keys.next().filter(|_| keys.next().is_none())?;
        let closed = self.all("additionalProperties").any(|value| value == false);
        (closed && self.required().any(|required| required == key)).then_some(key)
    }

    /// The schemas of the values that an object may have under any key.
    pub(super) fn other_values(&self) -> Vec<&'s Value> {
        let patterns = self.all("patternProperties").filter_map(Value::as_object);
        // Which pattern a key matches is left to serde, so only a single one can be followed.
        let single = patterns.filter(|patterns| patterns.len() == 1).flat_map(Map::values);
        self.all("additionalProperties").filter(|schema| schema.is_object()).chain(single).collect()
    }

    /// Whether an object may have only the keys that the schema names.
    ///
    /// serde ignores unknown keys unless told otherwise; in a configuration file they are misspelt ones.
    pub(super) fn is_closed(&self) -> bool {
        let says = |keyword, allowed: bool| self.all(keyword).any(|schema| (schema != false) == allowed);
        let names_keys = self.all("properties").next().is_some()
            || says("additionalProperties", false)
            || says("unevaluatedProperties", false);
        let allows_others = self.open
            || says("additionalProperties", true)
            || says("unevaluatedProperties", true)
            || self.all("patternProperties").next().is_some();
        names_keys && !allows_others
    }

    /// Whether the value must not be shown.
    pub(super) fn is_secret(&self, root: &'s Value) -> bool {
        self.leaves(root).iter().any(|leaf| leaf.parts.iter().any(|part| is_marked(part)))
    }

    /// What the schema says about the value in words.
    pub(super) fn description(&self) -> Option<String> {
        let text = self.all("description").find_map(Value::as_str)?;
        let paragraph = text.split("\n\n").next().unwrap_or(text);
        Some(paragraph.split_whitespace().collect::<Vec<_>>().join(" "))
    }

    /// All ways through the unions.
    pub(super) fn leaves(&self, root: &'s Value) -> Vec<Self> {
        let (mut leaves, mut open, mut rounds) = (Vec::new(), vec![self.clone()], 0);
        while let Some(mut view) = open.pop() {
            rounds += 1;
            match view.unions.pop() {
                // Past the limit, what is known so far is all there is to say.
                Some(branches) if rounds < UNIONS => {
                    open.extend(branches.iter().rev().map(|branch| {
                        let mut view = view.clone();
                        view.add(root, branch);
                        view
                    }));
                }
                _ => leaves.push(view),
            }
        }
        leaves
    }

    /// What would have been right: "an integer", `one of "a", "b"`.
    pub(super) fn expected(&self, root: &'s Value) -> String {
        let mut all: Vec<String> = Vec::new();
        for leaf in self.leaves(root) {
            for word in leaf.words() {
                if !all.contains(&word) {
                    all.push(word);
                }
            }
        }
        // An optional value is left out rather than written as `null`, which TOML does not even have.
        if all.len() > 1 {
            all.retain(|word| word != "null");
        }
        words::choice(&all)
    }

    fn words(&self) -> Vec<String> {
        if let Some(literals) = self.literals() {
            return literals.into_iter().map(words::literal).collect();
        }
        if let Some(key) = self.wrapper() {
            return vec![format!("an object with the key {}", words::key(key))];
        }
        match self.types().as_slice() {
            [] if self.all("properties").next().is_some() => vec!["an object".to_owned()],
            [] => vec!["a value".to_owned()],
            types => types.iter().map(|name| type_in_words(name).to_owned()).collect(),
        }
    }

    /// The names of the allowed types; none if all are.
    fn types(&self) -> Vec<&'s str> {
        match self.all("type").next() {
            Some(Value::String(name)) => vec![name],
            Some(Value::Array(names)) => names.iter().filter_map(Value::as_str).collect(),
            _ => Vec::new(),
        }
    }

    /// Whether the value is of an allowed type.
    pub(super) fn fits_type(&self, tree: &Tree) -> bool {
        self.all("type").all(|names| match names {
            Value::String(name) => is_of_type(tree, name),
            Value::Array(names) => names.iter().filter_map(Value::as_str).any(|name| is_of_type(tree, name)),
            _ => true,
        })
    }
}

/// Whether a schema marks values as secret.
fn is_marked(part: &Map<String, Value>) -> bool {
    part.get("writeOnly") == Some(&Value::Bool(true))
        || part.get("format").and_then(Value::as_str) == Some("password")
}

/// Whether a schema, or what it refers to, marks anything as secret.
pub(super) fn holds_secret<'s>(root: &'s Value, schema: &'s Value) -> bool {
    let (mut open, mut followed) = (vec![schema], Vec::new());
    while let Some(schema) = open.pop() {
        match schema {
            Value::Object(part) if is_marked(part) => return true,
            Value::Object(part) => {
                open.extend(part.iter().filter(|(keyword, _)| *keyword != "$defs").map(|(_, value)| value));
                if let Some(Value::String(reference)) = part.get("$ref")
                    && !followed.contains(&reference)
                {
                    followed.push(reference);
                    open.extend(resolve(root, reference));
                }
            }
            Value::Array(items) => open.extend(items),
            _ => {}
        }
    }
    false
}

fn resolve<'s>(root: &'s Value, reference: &str) -> Option<&'s Value> {
    root.pointer(reference.strip_prefix('#')?)
}

fn type_in_words(name: &str) -> &str {
    match name {
        "integer" => "an integer",
        "number" => "a number",
        "string" => "a string",
        "boolean" => "a boolean",
        "array" => "an array",
        "object" => "an object",
        other => other,
    }
}

fn is_of_type(tree: &Tree, name: &str) -> bool {
    match (name, tree) {
        ("integer", Tree::Number(number)) => !number.is_f64(),
        ("number", Tree::Number(_))
        | ("string", Tree::String(_))
        | ("boolean", Tree::Bool(_))
        | ("array", Tree::Array(_))
        | ("object", Tree::Object(_))
        | ("null", Tree::Null) => true,
        ("integer" | "number" | "string" | "boolean" | "array" | "object" | "null", _) => false,
        _ => true,
    }
}
