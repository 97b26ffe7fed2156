//! Metric math, rules of composite alarms, bodies of dashboards.

use std::collections::HashMap;

use crate::{
    context::{Piece, Resource, Value},
    json,
    rule::Says,
};

/// The ids that an expression uses; none where it is a query.
fn ids(expression: &str) -> Vec<&str> {
    let upper = expression.trim_start().to_ascii_uppercase();
    if upper.starts_with("SELECT") || upper.contains("SEARCH(") || upper.contains("LAMBDA(") {
        return Vec::new();
    }
    let mut ids = Vec::new();
    let mut rest = expression;
    while let Some(first) = rest.chars().next() {
        if first == '"' || first == '\'' {
            let after = rest.get(1..).unwrap_or_default();
            rest = after.find(first).and_then(|end| after.get(end + 1..)).unwrap_or_default();
            continue;
        }
        let word = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '.';
        let length = rest.find(|c: char| !word(c)).unwrap_or(rest.len());
        if length == 0 {
            rest = rest.get(first.len_utf8()..).unwrap_or_default();
            continue;
        }
        let (token, after) = rest.split_at(length);
        if token.starts_with(|c: char| c.is_ascii_lowercase()) && !after.trim_start().starts_with('(') {
            ids.push(token.split('.').next().unwrap_or_default());
        }
        rest = after;
    }
    ids.retain(|id| !["true", "false", "and", "or", "not"].contains(id));
    ids
}

pub(super) fn metric_math(alarm: Resource<'_>, says: &mut Says) {
    let list = alarm.get("Metrics");
    let queries = list.items();
    let mut seen: HashMap<String, Value<'_>> = HashMap::new();
    let (mut returned, mut certain) = (Vec::new(), !queries.is_empty());
    for query in &queries {
        let (id, expression, metric) = (query.get("Id"), query.get("Expression"), query.get("MetricStat"));
        match id.text() {
            Some(text) => {
                if let Some(first) = seen.get(&*text) {
                    says.add(id, format!("two metrics of `{}` have the id `{text}`", alarm.id()))
                        .also(*first, "the first of them")
                        .help("give each its own");
                } else {
                    seen.insert(text.into_owned(), id);
                }
            }
            None => certain = false,
        }
        if query.is_unknown() {
            certain = false;
        } else if expression.is_set() && metric.is_set() {
            says.add(expression, "a metric that is both published and computed")
                .also(metric, "published")
                .help("keep one of the two");
        } else if expression.is_absent() && metric.is_absent() {
            says.add(*query, "a metric that is neither published nor computed")
                .help("set `MetricStat` or `Expression`");
        }
        let shown = query.get("ReturnData");
        match shown.is_absent() || shown.boolean() == Some(true) {
            true => returned.push(*query),
            false if shown.boolean().is_none() => certain = false,
            false => {}
        }
    }
    if !certain {
        return;
    }
    for query in &queries {
        let expression = query.get("Expression");
        let Some(text) = expression.text() else { continue };
        if let Some(unknown) = ids(&text).into_iter().find(|id| !seen.contains_key(*id)) {
            let mut known: Vec<&str> = seen.keys().map(String::as_str).take(10).collect();
            known.sort_unstable();
            says.add(expression, format!("no metric of `{}` has the id `{unknown}`", alarm.id()))
                .help(format!("its ids are {}", known.join(", ")));
        }
    }
    // The band of an anomaly detector and the metric within it are both looked at.
    if alarm.get("ThresholdMetricId").is_set() || returned.len() == 1 {
        return;
    }
    match returned.get(1) {
        Some(second) => {
            says.add(*second, format!("the alarm `{}` looks at {} metrics", alarm.id(), returned.len()))
                .help("set `ReturnData: false` for all but the one that is compared with the threshold");
        }
        None => {
            says.add(list, format!("the alarm `{}` looks at no metric", alarm.id()))
                .help("set `ReturnData: true` for the one that is compared with the threshold");
        }
    }
}

pub(super) fn composite(alarm: Resource<'_>, says: &mut Says) {
    const ALARMS: &[&str] =
        &["AWS::CloudWatch::Alarm", "AWS::CloudWatch::CompositeAlarm", "AWS::CloudFormation::Stack"];
    const WORDS: &[&str] =
        &["ALARM", "AND", "AT_LEAST", "FALSE", "INSUFFICIENT_DATA", "NOT", "OK", "OR", "TRUE"];
    let rule = alarm.get("AlarmRule");
    let mut text = String::new();
    for piece in rule.pieces() {
        match piece {
            Piece::Text(part) => text.push_str(&part),
            Piece::Yields(named, _) => {
                if named.kind().starts_with("AWS::") && !ALARMS.contains(&named.kind()) {
                    says.add(
                        rule,
                        format!("the rule of `{}` names `{}`, which is no alarm", alarm.id(), named.id()),
                    )
                    .also(named, "declared here")
                    .help("name alarms");
                }
                text.push('0');
            }
            Piece::Pseudo(_) => text.push('0'),
            Piece::Unknown => return,
        }
    }
    let (mut depth, mut quote, mut wrong) = (0_i64, None, None);
    let mut word = String::new();
    let mut inside: Vec<bool> = Vec::new();
    for c in text.chars().chain([' ']) {
        if let Some(mark) = quote {
            if c == mark {
                quote = None;
            }
            continue;
        }
        if c.is_ascii_alphanumeric() || "_-.:/".contains(c) || !c.is_ascii() {
            word.push(c);
            continue;
        }
        let named = inside.last() == Some(&true);
        if !word.is_empty()
            && !named
            && !WORDS.contains(&word.as_str())
            && word.parse::<f64>().is_err()
            && wrong.is_none()
        {
            wrong = Some(format!("`{word}` is no word of an alarm rule"));
        }
        match c {
            '"' | '\'' => quote = Some(c),
            '(' => {
                depth += 1;
                inside.push(["ALARM", "OK", "INSUFFICIENT_DATA", "AT_LEAST"].contains(&word.as_str()));
            }
            ')' => {
                depth -= 1;
                inside.pop();
            }
            _ => {}
        }
        if depth < 0 && wrong.is_none() {
            wrong = Some("a parenthesis is closed that was not opened".to_owned());
        }
        word.clear();
    }
    if depth > 0 && wrong.is_none() {
        wrong = Some("a parenthesis is not closed".to_owned());
    }
    if let Some(wrong) = wrong.filter(|_| !text.is_empty()) {
        says.add(rule, format!("the rule of `{}` cannot be read: {wrong}", alarm.id()))
            .help("write it as `ALARM(\"one\") AND NOT ALARM(\"other\")`");
    }
}

pub(super) fn dashboard(dashboard: Resource<'_>, says: &mut Says) {
    let body = dashboard.get("DashboardBody");
    let mut text = String::new();
    for piece in body.pieces() {
        match piece {
            Piece::Text(part) => text.push_str(&part),
            // As a number or within a text, this is JSON.
            Piece::Yields(..) | Piece::Pseudo(_) => text.push('0'),
            Piece::Unknown => return,
        }
    }
    if let Err(error) = json::read(&text) {
        says.add(
            body,
            format!("the body of the dashboard `{}` is not JSON: {}", dashboard.id(), error.message),
        )
        .help("write it as a JSON document with `widgets`");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_of_expressions() {
        assert_eq!(ids("100 * m1 / MAX([m2, FILL(m_3, 0)])"), ["m1", "m2", "m_3"]);
        assert_eq!(ids("IF(m1 > 1e5, m1, 0)"), ["m1", "m1"]);
        assert_eq!(ids("SEARCH('{AWS/EC2} cpu', 'Average')"), Vec::<&str>::new());
        assert_eq!(ids("SELECT AVG(cpu) FROM x"), Vec::<&str>::new());
        assert_eq!(ids("é + \"abc"), Vec::<&str>::new());
    }
}
