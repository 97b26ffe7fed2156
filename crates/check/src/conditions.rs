//! Which conditions of a template can hold together: its worlds.
//!
//! A rule never reasons about conditions: it is run once in every world, where each condition either holds or does
//! not, and each parameter that conditions compare has a value that fits.

use std::collections::{HashMap, HashSet};

use crate::{
    document::{Content, NodeId},
    template::Template,
};

/// So many worlds are looked at; what needs more than that is covered as far as these go.
const WORLDS: usize = 24;
/// So many combinations of values are tried to find them.
const COMBINATIONS: usize = 4096;
/// And at most so many decisions of a condition are made for that.
const WORK: usize = 200_000;
/// How deep conditions refer to each other.
const DEPTH: usize = 50;

/// One way in which conditions turn out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct World {
    holds: HashMap<String, bool>,
    /// Values of parameters that conditions compare; none for one that is another than those they compare it with.
    parameters: HashMap<String, Option<String>>,
}

impl World {
    /// Whether a condition holds; `None` for one that does not exist or makes no sense.
    pub(crate) fn holds(&self, condition: &str) -> Option<bool> {
        self.holds.get(condition).copied()
    }

    /// The value that a parameter has, if conditions depend on it: none, if it is any but those that they compare.
    pub(crate) fn parameter(&self, name: &str) -> Option<Option<&str>> {
        self.parameters.get(name).map(Option::as_deref)
    }
}

/// A condition taken apart.
#[derive(Clone, Debug)]
enum Formula {
    Const(bool),
    /// The variable has this value, by number.
    Is(usize, usize),
    Not(Box<Formula>),
    All(Vec<Formula>),
    Any(Vec<Formula>),
    /// Another condition, by number.
    Condition(usize),
}

/// What conditions depend on: the value of a parameter, or something of which only equality is known.
#[derive(Clone, Debug)]
struct Variable {
    name: String,
    parameter: bool,
    /// The values that it may have; for a parameter without allowed values, one more stands for all others.
    values: Vec<Option<String>>,
}

struct Reader<'a> {
    template: &'a Template<'a>,
    variables: Vec<Variable>,
    by_name: HashMap<(String, bool), usize>,
    conditions: HashMap<&'a str, usize>,
}

/// All worlds of a template, the one of its defaults first; one if it has no conditions.
pub(crate) fn worlds(template: &Template<'_>) -> Vec<World> {
    let names: Vec<&str> = template.section("Conditions").map(|(name, _)| name).collect();
    if names.is_empty() {
        return vec![World::default()];
    }
    let conditions = names.iter().enumerate().map(|(index, name)| (*name, index)).collect();
    let mut reader = Reader { template, variables: Vec::new(), by_name: HashMap::new(), conditions };
    let formulas: Vec<Formula> =
        template.section("Conditions").map(|(_, node)| reader.formula(node, 0)).collect();
    let rules: Vec<Formula> = template.section("Rules").map(|(_, node)| reader.rule(node)).collect();
    let most = (WORK / (formulas.len() + rules.len())).clamp(1, COMBINATIONS);
    let mut worlds: Vec<World> = Vec::new();
    let mut seen: HashSet<Vec<bool>> = HashSet::new();
    for values in combinations(&reader.variables, most) {
        let mut known = vec![None; formulas.len()];
        for index in 0..formulas.len() {
            condition(index, &formulas, &values, &mut known, 0);
        }
        // CloudFormation refuses what breaks a rule before it does anything.
        if !rules.iter().all(|rule| evaluate(rule, &formulas, &values, &mut known, 0)) {
            continue;
        }
        let known: Vec<bool> = known.into_iter().map(|holds| holds.unwrap_or_default()).collect();
        if !seen.insert(known.clone()) {
            continue;
        }
        let holds = names.iter().map(|name| (*name).to_owned()).zip(known).collect();
        let mut world = World { holds, parameters: HashMap::new() };
        for (variable, value) in reader.variables.iter().zip(&values) {
            if let (true, Some(value)) = (variable.parameter, variable.values.get(*value)) {
                world.parameters.insert(variable.name.clone(), value.clone());
            }
        }
        worlds.push(world);
        if worlds.len() >= WORLDS {
            break;
        }
    }
    // No value was found that the rules let pass: nothing is known of conditions then.
    if worlds.is_empty() { vec![World::default()] } else { worlds }
}

/// Whether a condition holds where variables have these values; every condition is decided once.
fn condition(
    index: usize,
    formulas: &[Formula],
    values: &[usize],
    known: &mut Vec<Option<bool>>,
    depth: usize,
) -> bool {
    if let Some(holds) = known.get(index).copied().flatten() {
        return holds;
    }
    // Conditions that refer to each other in a circle are reported elsewhere.
    let Some(formula) = formulas.get(index).filter(|_| depth <= DEPTH) else { return false };
    let holds = evaluate(formula, formulas, values, known, depth + 1);
    known[index] = Some(holds);
    holds
}

fn evaluate(
    formula: &Formula,
    formulas: &[Formula],
    values: &[usize],
    known: &mut Vec<Option<bool>>,
    depth: usize,
) -> bool {
    match formula {
        Formula::Const(value) => *value,
        Formula::Is(variable, value) => values.get(*variable) == Some(value),
        Formula::Not(formula) => !evaluate(formula, formulas, values, known, depth),
        Formula::All(all) => all.iter().all(|formula| evaluate(formula, formulas, values, known, depth)),
        Formula::Any(any) => any.iter().any(|formula| evaluate(formula, formulas, values, known, depth)),
        Formula::Condition(index) => condition(*index, formulas, values, known, depth),
    }
}

/// Choices of a value for every variable, that of the first values first: all, or, if those are too many, those where few
/// differ from the first or from the last.
fn combinations(variables: &[Variable], most: usize) -> Vec<Vec<usize>> {
    let sizes: Vec<usize> = variables.iter().map(|variable| variable.values.len().max(1)).collect();
    let all = sizes.iter().try_fold(1usize, |product, size| product.checked_mul(*size));
    if all.is_some_and(|all| all <= most) {
        let mut combinations = vec![Vec::new()];
        for size in sizes {
            let longer = |combination: &Vec<usize>| {
                let combination = combination.clone();
                (0..size).map(move |value| {
                    let mut longer = combination.clone();
                    longer.push(value);
                    longer
                })
            };
            combinations = combinations.iter().flat_map(longer).collect();
        }
        // By how many differ from the first values.
        combinations.sort_by_key(|combination| combination.iter().filter(|value| **value > 0).count());
        return from_both_ends(combinations);
    }
    // What is like the first in all but one, and like the last in all but one: between them every value occurs, and
    // most pairs of values.
    let first = vec![0; sizes.len()];
    let last: Vec<usize> = sizes.iter().map(|size| size - 1).collect();
    let but_one = |base: &Vec<usize>, index: usize, value: usize| {
        let mut combination = base.clone();
        combination[index] = value;
        combination
    };
    let single =
        sizes.iter().enumerate().flat_map(|(index, size)| (1..*size).map(move |value| (index, value)));
    let mut combinations = vec![first.clone(), last.clone()];
    for (index, value) in single.take(most / 2) {
        combinations.push(but_one(&first, index, value));
        combinations.push(but_one(&last, index, value - 1));
    }
    combinations
}

/// The first, the last, the second, the one before the last and so on: where only some can be looked at, those that
/// differ much are among them.
fn from_both_ends(combinations: Vec<Vec<usize>>) -> Vec<Vec<usize>> {
    let mut ends = std::collections::VecDeque::from(combinations);
    let mut mixed = Vec::with_capacity(ends.len());
    while let Some(first) = ends.pop_front() {
        mixed.push(first);
        mixed.extend(ends.pop_back());
    }
    mixed
}

impl Reader<'_> {
    fn formula(&mut self, node: NodeId, depth: usize) -> Formula {
        if depth > DEPTH {
            return Formula::Const(false);
        }
        let document = &self.template.document;
        let Content::Map(map) = document.content(node) else { return Formula::Const(false) };
        let Some((function, argument)) = map.only() else { return Formula::Const(false) };
        let items: Vec<NodeId> = match document.content(argument) {
            Content::List(list) => list.iter().collect(),
            _ => Vec::new(),
        };
        match function {
            "Condition" => match document.content(argument) {
                Content::Text(name) => match self.conditions.get(name) {
                    Some(index) => Formula::Condition(*index),
                    None => Formula::Const(false),
                },
                _ => Formula::Const(false),
            },
            "Fn::Not" => match items.first() {
                Some(item) => Formula::Not(Box::new(self.formula(*item, depth + 1))),
                None => Formula::Const(false),
            },
            "Fn::And" => Formula::All(items.iter().map(|item| self.formula(*item, depth + 1)).collect()),
            "Fn::Or" => Formula::Any(items.iter().map(|item| self.formula(*item, depth + 1)).collect()),
            "Fn::Equals" => match items.as_slice() {
                [one, other] => self.equals(*one, *other),
                _ => Formula::Const(false),
            },
            _ => self.opaque(format!("{node}")),
        }
    }

    /// What a rule lets pass.
    fn rule(&mut self, node: NodeId) -> Formula {
        let Some(rule) = self.template.map(node) else { return Formula::Const(true) };
        let document = &self.template.document;
        let asserted = rule.get("Assertions").map(|assertions| document.content(assertions));
        let asserted: Vec<NodeId> = match asserted {
            Some(Content::List(list)) => list.iter().collect(),
            _ => Vec::new(),
        };
        let mut all = Vec::new();
        for assertion in asserted {
            let assert = self.template.map(assertion).and_then(|assertion| assertion.get("Assert"));
            // What only rules can say (`Fn::Contains`, `Fn::EachMemberIn`) is taken to hold.
            let assert = assert.filter(|assert| self.is_understood(*assert, 0));
            all.extend(assert.map(|assert| self.formula(assert, 0)));
        }
        let all = Formula::All(all);
        match rule.get("RuleCondition").filter(|condition| self.is_understood(*condition, 0)) {
            Some(condition) => {
                let condition = self.formula(condition, 0);
                Formula::Any(vec![Formula::Not(Box::new(condition)), all])
            }
            None if rule.get("RuleCondition").is_some() => Formula::Const(true),
            None => all,
        }
    }

    /// Whether a formula is made of what conditions are made of.
    fn is_understood(&self, node: NodeId, depth: usize) -> bool {
        let document = &self.template.document;
        let Some((function, argument)) = self.template.map(node).and_then(crate::document::Map::only) else {
            return false;
        };
        match (function, document.content(argument)) {
            ("Fn::Equals" | "Condition", _) => true,
            ("Fn::Not" | "Fn::And" | "Fn::Or", Content::List(list)) if depth < DEPTH => {
                list.iter().all(|item| self.is_understood(item, depth + 1))
            }
            _ => false,
        }
    }

    fn equals(&mut self, one: NodeId, other: NodeId) -> Formula {
        let (one, other) = (self.operand(one), self.operand(other));
        match (one, other) {
            (Operand::Literal(one), Operand::Literal(other)) => Formula::Const(one == other),
            (Operand::Parameter(name), Operand::Literal(value))
            | (Operand::Literal(value), Operand::Parameter(name)) => self.parameter_is(&name, &value),
            (Operand::Parameter(one), Operand::Parameter(other)) if one == other => Formula::Const(true),
            (Operand::Parameter(one), Operand::Parameter(other)) => self.opaque(format!("{one} = {other}")),
            (Operand::Other(text), Operand::Literal(value))
            | (Operand::Literal(value), Operand::Other(text)) => {
                let variable = self.variable(&text, false);
                self.is(variable, value)
            }
            (Operand::Other(one), Operand::Other(other)) if one == other => Formula::Const(true),
            (one, other) => self.opaque(format!("{one:?} = {other:?}")),
        }
    }

    fn operand(&self, node: NodeId) -> Operand {
        let document = &self.template.document;
        match document.content(node) {
            Content::Text(text) | Content::Number(text) => Operand::Literal(text.to_owned()),
            Content::Bool(value) => Operand::Literal(value.to_string()),
            Content::Map(map) => match map.only() {
                Some(("Ref", name)) => match document.content(name) {
                    Content::Text("AWS::Region") if self.template.region.is_some() => {
                        Operand::Literal(self.template.region.clone().unwrap_or_default())
                    }
                    Content::Text("AWS::AccountId") if self.template.account.is_some() => {
                        Operand::Literal(self.template.account.clone().unwrap_or_default())
                    }
                    Content::Text(name) if name.starts_with("AWS::") => Operand::Other(name.to_owned()),
                    Content::Text(name) => Operand::Parameter(name.to_owned()),
                    _ => Operand::Other(format!("{node}")),
                },
                _ => Operand::Other(self.printed(node, 0)),
            },
            _ => Operand::Other(format!("{node}")),
        }
    }

    /// The same text for the same expression.
    fn printed(&self, node: NodeId, depth: usize) -> String {
        let document = &self.template.document;
        if depth > DEPTH {
            return format!("{node}");
        }
        match document.content(node) {
            Content::Null => "null".to_owned(),
            Content::Bool(value) => value.to_string(),
            Content::Number(text) | Content::Text(text) => format!("{text:?}"),
            Content::List(list) => {
                let items: Vec<String> = list.iter().map(|item| self.printed(item, depth + 1)).collect();
                format!("[{}]", items.join(","))
            }
            Content::Map(map) => {
                let entry = |(key, value)| format!("{key:?}:{}", self.printed(value, depth + 1));
                format!("{{{}}}", map.iter().map(entry).collect::<Vec<_>>().join(","))
            }
        }
    }

    fn parameter_is(&mut self, name: &str, value: &str) -> Formula {
        let variable = self.variable(name, true);
        self.is(variable, value.to_owned())
    }

    fn is(&mut self, variable: usize, value: String) -> Formula {
        let values = &mut self.variables[variable].values;
        match values.iter().position(|known| known.as_deref() == Some(value.as_str())) {
            Some(known) => Formula::Is(variable, known),
            // Without the place for all others, the values are all that are allowed.
            None if !values.contains(&None) => Formula::Const(false),
            None => {
                values.push(Some(value));
                Formula::Is(variable, values.len() - 1)
            }
        }
    }

    fn opaque(&mut self, name: String) -> Formula {
        let variable = self.variable(&name, false);
        self.is(variable, "true".to_owned())
    }

    fn variable(&mut self, name: &str, parameter: bool) -> usize {
        if let Some(known) = self.by_name.get(&(name.to_owned(), parameter)) {
            return *known;
        }
        let mut values = vec![None];
        if parameter && let Some(node) = self.template.entry("Parameters", name) {
            let document = &self.template.document;
            let text = |node: NodeId| match document.content(node) {
                Content::Text(text) | Content::Number(text) => Some(text.to_owned()),
                Content::Bool(value) => Some(value.to_string()),
                _ => None,
            };
            let get = |key: &str| self.template.map(node).and_then(|map| map.get(key));
            let default = get("Default").and_then(text);
            if let Some(Content::List(list)) = get("AllowedValues").map(|node| document.content(node)) {
                let mut allowed: Vec<Option<String>> = list.iter().map(text).collect();
                if let Some(first) = allowed.iter().position(|value| *value == default) {
                    allowed.swap(0, first);
                }
                if !allowed.is_empty() {
                    values = allowed;
                }
            } else if default.is_some() {
                values = vec![default, None];
            }
        }
        self.by_name.insert((name.to_owned(), parameter), self.variables.len());
        self.variables.push(Variable { name: name.to_owned(), parameter, values });
        self.variables.len() - 1
    }
}

#[derive(Clone, Debug, PartialEq)]
enum Operand {
    Literal(String),
    Parameter(String),
    Other(String),
}
