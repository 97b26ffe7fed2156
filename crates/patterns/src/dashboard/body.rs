//! What a dashboard looks like.
// docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html

use formwork_aws::cloudwatch;
use formwork_core::{Arn, Expr, Field, IntoJson, Json, Output, json, pseudo};

use super::graph::Graph;
use crate::{Metric, MetricUnit};

/// A page is so many units wide.
const WIDTH: usize = 24;
/// A graph is so many units wide, and high.
const GRAPH: (usize, usize) = (12, 6);
/// A number is so many units wide for each metric, and high.
const NUMBER: (usize, usize) = (6, 3);

/// A thing on a dashboard, as it is drawn.
pub(super) enum Widget {
    Section(String),
    Text(String),
    Graph(Graph),
    Number(String, Vec<Metric>),
    Alarms(String, Vec<Output<Arn<cloudwatch::Alarm>>>),
}

impl Widget {
    /// The metrics on it.
    pub(super) fn metrics(&self) -> usize {
        let count = |metric: &Metric| metric.computed().map_or(1, |(_, metrics)| metrics.len() + 1);
        match self {
            Self::Graph(graph) => graph.metrics.iter().map(|(metric, _)| count(metric)).sum(),
            Self::Number(_, metrics) => metrics.iter().map(count).sum(),
            _ => 0,
        }
    }

    fn size(&self) -> (usize, usize) {
        match self {
            Self::Section(_) => (WIDTH, 1),
            Self::Text(text) => (WIDTH, (text.lines().count() + 1).clamp(2, 40)),
            Self::Graph(graph) if graph.wide => (WIDTH, GRAPH.1),
            Self::Graph(_) => GRAPH,
            Self::Number(_, metrics) => ((NUMBER.0 * metrics.len()).clamp(NUMBER.0, WIDTH), NUMBER.1),
            // Four beside each other, below the title.
            Self::Alarms(_, alarms) => (WIDTH, 1 + alarms.len().div_ceil(4).clamp(1, 25)),
        }
    }

    fn kind(&self) -> &'static str {
        match self {
            Self::Section(_) | Self::Text(_) => "text",
            Self::Graph(_) | Self::Number(..) => "metric",
            Self::Alarms(..) => "alarm",
        }
    }

    fn properties(&self) -> Json {
        match self {
            Self::Section(title) => json!({"markdown": format!("## {title}"), "background": "transparent"}),
            Self::Text(text) => json!({"markdown": text.clone()}),
            Self::Graph(graph) => of_graph(graph),
            Self::Number(title, metrics) => {
                let metrics =
                    metrics.iter().enumerate().flat_map(|(number, metric)| of_metric(number, metric, false));
                json!({
                    "title": title.clone(),
                    "view": "singleValue",
                    "sparkline": true,
                    "region": pseudo::region(),
                    "metrics": list(metrics),
                })
            }
            Self::Alarms(title, alarms) => {
                let alarms = alarms.iter().map(|alarm| alarm.clone().into_json());
                json!({"title": title.clone(), "alarms": list(alarms)})
            }
        }
    }
}

fn list(items: impl IntoIterator<Item = Expr>) -> Json {
    Json::from_expr(Expr::List(items.into_iter().collect()))
}

/// The body: everything in its place, from left to right and from top to bottom.
pub(super) fn body(widgets: &[Widget]) -> Expr {
    let (mut x, mut y, mut row) = (0, 0, 0);
    let mut placed = Vec::new();
    for widget in widgets {
        let (width, height) = widget.size();
        if x + width > WIDTH {
            (x, y, row) = (0, y + row, 0);
        }
        let place = |number: usize| i64::try_from(number).unwrap_or(i64::MAX);
        placed.push(
            json!({
                "type": widget.kind(),
                "x": place(x),
                "y": place(y),
                "width": place(width),
                "height": place(height),
                "properties": widget.properties(),
            })
            .into_json(),
        );
        x += width;
        row = row.max(height);
    }
    json!({"widgets": list(placed)}).into_json()
}

fn of_graph(graph: &Graph) -> Json {
    let sides = sides(graph);
    let metrics = graph.metrics.iter().zip(&sides).enumerate();
    let metrics = metrics.flat_map(|(number, ((metric, _), right))| of_metric(number, metric, *right));
    let mut axes = Vec::new();
    for (name, of_right) in [("left", false), ("right", true)] {
        let units = graph.metrics.iter().zip(&sides).filter(|(_, right)| **right == of_right);
        let units: Vec<Option<MetricUnit>> = units.map(|((metric, _), _)| metric.measured_in()).collect();
        if let Some(first) = units.first() {
            let same = first.filter(|first| units.iter().all(|unit| *unit == Some(*first)));
            let shares = graph.metrics.iter().any(|(metric, _)| metric.is_share());
            axes.push(Field::new(name, axis(same, shares).into_json()));
        }
    }
    let lines =
        graph.lines.iter().map(|(label, value)| json!({"label": label.clone(), "value": *value}).into_json());
    let lines: Vec<Expr> = lines.collect();
    let mut fields = vec![
        Field::new("title", graph.title.clone().into_json()),
        Field::new("view", "timeSeries".into_json()),
        Field::new("stacked", graph.stacked.into_json()),
        Field::new("region", pseudo::region().into_json()),
        Field::new("metrics", list(metrics).into_json()),
        Field::new("yAxis", Expr::Object(axes)),
    ];
    if !lines.is_empty() {
        fields.push(Field::new("annotations", json!({"horizontal": list(lines)}).into_json()));
    }
    Json::from_expr(Expr::Object(fields))
}

/// Which metrics belong to the axis on the right: those of another unit than the first one, unless it was said.
fn sides(graph: &Graph) -> Vec<bool> {
    let said = graph.metrics.iter().any(|(_, side)| side.is_some());
    let first = graph.metrics.first().map(|(metric, _)| metric.measured_in());
    let side = |(metric, side): &(Metric, Option<bool>)| match side {
        Some(right) => *right,
        None => !said && Some(metric.measured_in()) != first,
    };
    graph.metrics.iter().map(side).collect()
}

/// An axis of a unit; nothing of these is ever below 0. A share of something else is mostly small.
fn axis(unit: Option<MetricUnit>, shares: bool) -> Json {
    let label = match unit {
        Some(MetricUnit::Percent) if shares => "percent",
        Some(MetricUnit::Percent) => {
            return json!({"min": 0, "max": 100, "label": "percent", "showUnits": false});
        }
        Some(MetricUnit::Bytes) => "bytes",
        Some(MetricUnit::Seconds) => "seconds",
        Some(MetricUnit::Milliseconds) => "milliseconds",
        Some(MetricUnit::Days) => "days",
        Some(MetricUnit::Count) | None => return json!({"min": 0, "showUnits": false}),
    };
    json!({"min": 0, "label": label, "showUnits": false})
}

/// The entries of a metric: itself, or what it is computed of and the expression.
fn of_metric(number: usize, metric: &Metric, right: bool) -> Vec<Expr> {
    let shown = |metric: &Metric| {
        let mut fields = Vec::new();
        if let Some(label) = metric.shown_as() {
            fields.push(Field::new("label", label.to_owned().into_json()));
        }
        if right {
            fields.push(Field::new("yAxis", "right".into_json()));
        }
        fields
    };
    let Some((expression, metrics)) = metric.computed_as(&format!("m{number}")) else {
        return vec![entry(metric, shown(metric))];
    };
    let parts = metrics.iter().map(|(id, part)| {
        let hidden = [Field::new("id", id.clone().into_json()), Field::new("visible", false.into_json())];
        entry(part, hidden.into())
    });
    let mut fields = vec![
        Field::new("expression", expression.into_json()),
        Field::new("id", format!("m{number}").into_json()),
        Field::new("period", seconds(metric)),
    ];
    let own = shown(metric);
    if metric.shown_as().is_none() {
        fields.push(Field::new("label", metric.name().to_owned().into_json()));
    }
    fields.extend(own);
    let computed = Expr::List(vec![Expr::Object(fields)]);
    std::iter::once(computed).chain(parts).collect()
}

/// Namespace, name, dimensions, and how it is drawn.
fn entry(metric: &Metric, mut fields: Vec<Field>) -> Expr {
    let mut items = vec![metric.namespace().to_owned().into_json(), metric.name().to_owned().into_json()];
    for (name, value) in metric.dimensions() {
        items.push(name.clone().into_json());
        items.push(value.clone().into_json());
    }
    fields.push(Field::new("stat", metric.statistic().written().into_json()));
    fields.push(Field::new("period", seconds(metric)));
    items.push(Expr::Object(fields));
    Expr::List(items)
}

fn seconds(metric: &Metric) -> Expr {
    Expr::UInt(metric.counted_over().as_milliseconds() / 1000)
}
