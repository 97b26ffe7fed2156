//! Graphs.

use crate::Metric;

/// A graph of a [`Dashboard`](crate::Dashboard), where more is to be said than a title and metrics.
///
/// ```
/// use formwork_core::App;
/// use formwork_patterns::{Dashboard, Metric, dashboard::Graph};
///
/// let app = App::for_tests();
/// let failed = Metric::new("Acme/Scanner", "Failed");
/// let scanned = Metric::new("Acme/Scanner", "Scanned");
/// let graph = Graph::new("Scanner").left([failed]).right([scanned]).line("too many", 50).wide();
/// Dashboard::new("scanner").widget(graph).build(app.stack("monitoring"));
/// ```
#[derive(Clone)]
#[must_use = "a graph is shown by `.widget(graph)` of a dashboard"]
pub struct Graph {
    pub(super) title: String,
    /// Metrics, and whether it was said that they belong to the axis on the right.
    pub(super) metrics: Vec<(Metric, Option<bool>)>,
    pub(super) lines: Vec<(String, f64)>,
    pub(super) wide: bool,
    pub(super) stacked: bool,
}

impl Graph {
    /// A graph with a title, and nothing on it yet.
    pub fn new(title: impl Into<String>) -> Self {
        Self { title: title.into(), metrics: Vec::new(), lines: Vec::new(), wide: false, stacked: false }
    }

    /// Adds metrics, each to the axis of its unit.
    pub fn metrics(mut self, metrics: impl IntoIterator<Item = Metric>) -> Self {
        self.metrics.extend(metrics.into_iter().map(|metric| (metric, None)));
        self
    }

    /// Adds metrics to the axis on the left.
    pub fn left(mut self, metrics: impl IntoIterator<Item = Metric>) -> Self {
        self.metrics.extend(metrics.into_iter().map(|metric| (metric, Some(false))));
        self
    }

    /// Adds metrics to the axis on the right.
    pub fn right(mut self, metrics: impl IntoIterator<Item = Metric>) -> Self {
        self.metrics.extend(metrics.into_iter().map(|metric| (metric, Some(true))));
        self
    }

    /// Draws a line at a value of the axis on the left: the threshold of an alarm.
    pub fn line(mut self, label: impl Into<String>, value: impl Into<f64>) -> Self {
        self.lines.push((label.into(), value.into()));
        self
    }

    /// Draws it over the whole width of the page.
    pub fn wide(self) -> Self {
        Self { wide: true, ..self }
    }

    /// Draws its metrics on top of each other, so that the upper edge is their sum.
    pub fn stacked(self) -> Self {
        Self { stacked: true, ..self }
    }
}
