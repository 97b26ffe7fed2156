//! What every code of the patterns means: the pages that `explain <code>` prints.

macro_rules! pages {
    ($($code:literal),* $(,)?) => {
        &[$(($code, include_str!(concat!("../explain/", $code, ".md")))),*]
    };
}

/// Codes and pages, in order.
const PAGES: &[(&str, &str)] = pages![
    "FW3001", "FW3002", "FW3003", "FW3004", "FW3005", "FW3006", "FW3007", "FW3008", "FW3009", "FW3010",
    "FW3011", "FW3012", "FW3013", "FW3014", "FW3020", "FW3021", "FW3022", "FW3023", "FW3024", "FW3025",
    "FW3026", "FW3027", "FW3028", "FW3029", "FW3030", "FW3031", "FW3032", "FW3040", "FW3041", "FW3042",
    "FW3043", "FW3044", "FW3045", "FW3046", "FW3047", "FW3048", "FW3049", "FW3050", "FW3051", "FW3052",
    "FW3054", "FW3060", "FW3061", "FW3062", "FW3063", "FW3064", "FW3065", "FW3066", "FW3067", "FW3068",
    "FW3069", "FW3070", "FW3075", "FW3076", "FW3077", "FW3078", "FW3079", "FW3080", "FW3081", "FW3082",
    "FW3083", "FW3084", "FW3085", "FW3086", "FW3087", "FW3088", "FW3089", "FW3100", "FW3101", "FW3102",
    "FW3104", "FW3105", "FW3130", "FW3131", "FW3132", "FW3133", "FW3134", "FW3135", "FW3136", "FW3140",
    "FW3141", "FW3142", "FW3150", "FW3151", "FW3152", "FW3153", "FW3154", "FW3155", "FW3156", "FW3165",
    "FW3166", "FW3167", "FW3168", "FW3169", "FW3170", "FW3171", "FW3172", "FW3173", "FW3174", "FW3175",
    "FW3176", "FW3177", "FW3178", "FW3179", "FW3180", "FW3181", "FW3182", "FW3183", "FW3184", "FW3185",
    "FW3186", "FW3187", "FW3188", "FW3189", "FW3190", "FW3191", "FW3195", "FW3196", "FW3197", "FW3198",
    "FW3199", "FW3200", "FW3201", "FW3202", "FW3203", "FW3204", "FW3205", "FW3206", "FW3220", "FW3221",
    "FW3222", "FW3223", "FW3235", "FW3236", "FW3237", "FW3238", "FW3239",
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

#[cfg(test)]
mod tests {
    use std::{collections::BTreeSet, fs, path::Path};

    /// Every code of the patterns that stands in a folder's sources.
    fn used(folder: &Path, codes: &mut BTreeSet<String>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                used(&path, codes);
            } else if path.extension().is_some_and(|extension| extension == "rs")
                && !path.ends_with("explain.rs")
            {
                let text = fs::read_to_string(&path).unwrap();
                for (position, _) in text.match_indices("\"FW3") {
                    codes.insert(text[position + 1..].chars().take_while(|c| *c != '"').collect());
                }
            }
        }
    }

    #[test]
    fn every_code_has_a_page_and_every_page_a_code() {
        let crate_root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut codes = BTreeSet::new();
        used(&crate_root.join("src"), &mut codes);
        let pages: BTreeSet<String> = super::PAGES.iter().map(|(code, _)| (*code).to_owned()).collect();
        assert_eq!(codes, pages);
        let files: BTreeSet<String> = fs::read_dir(crate_root.join("explain"))
            .unwrap()
            .map(|file| file.unwrap().path().file_stem().unwrap().to_string_lossy().into_owned())
            .collect();
        assert_eq!(files, pages);
        for (code, page) in super::PAGES {
            assert!(page.starts_with(&format!("# {code}: ")), "{code}");
            assert!(page.contains("\n## Example\n") && page.contains("\n## What to do\n"), "{code}");
        }
    }
}
