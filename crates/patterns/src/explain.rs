//! What every code of the patterns means: the pages that `explain <code>` prints.

macro_rules! pages {
    ($($code:literal),* $(,)?) => {
        &[$(($code, include_str!(concat!("../explain/", $code, ".md")))),*]
    };
}

/// Codes and pages, in order.
const PAGES: &[(&str, &str)] = pages![
    "FW3001", "FW3002", "FW3003", "FW3004", "FW3005", "FW3006", "FW3007", "FW3008", "FW3009", "FW3010",
    "FW3011", "FW3020", "FW3021", "FW3022", "FW3023", "FW3024", "FW3025", "FW3026", "FW3027", "FW3028",
    "FW3029", "FW3030", "FW3031", "FW3032", "FW3040", "FW3041", "FW3042", "FW3043", "FW3044", "FW3045",
    "FW3046", "FW3047", "FW3048", "FW3049", "FW3060", "FW3061", "FW3062", "FW3063", "FW3064", "FW3065",
    "FW3066", "FW3067", "FW3068", "FW3069", "FW3070", "FW3075", "FW3076", "FW3077", "FW3078", "FW3079",
    "FW3080", "FW3081", "FW3082", "FW3083", "FW3084", "FW3085", "FW3086", "FW3087", "FW3088", "FW3100",
    "FW3101", "FW3102", "FW3103", "FW3104",
];

/// The page on a code, in Markdown; upper or lower case.
///
/// ```
/// let page = formwork_patterns::explain::page("fw3001").expect("the code of ranges that are too small");
/// assert!(page.starts_with("# FW3001: "));
/// ```
pub fn page(code: &str) -> Option<&'static str> {
    PAGES.iter().find(|(known, _)| known.eq_ignore_ascii_case(code)).map(|(_, page)| *page)
}

/// All codes with the titles of their pages, in order.
pub fn codes() -> impl Iterator<Item = (&'static str, &'static str)> {
    PAGES.iter().map(|(code, page)| {
        let title = page.lines().next().unwrap_or_default();
        (*code, title.split_once(": ").map_or(title, |(_, title)| title))
    })
}
