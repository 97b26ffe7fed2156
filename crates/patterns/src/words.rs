//! Text as a part of logical ids.

use std::collections::BTreeMap;

/// `shop-data` as a part of a logical id: `ShopData`. Of signs, and of other letters than `a` to `z`, nothing is left.
pub(crate) fn pascal(text: &str) -> String {
    let parts = text.split(|c: char| !c.is_ascii_alphanumeric());
    let capital = |part: &str| {
        let mut letters = part.chars();
        letters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(letters).collect::<String>()
    };
    parts.map(capital).collect()
}

/// Different names as parts of logical ids, which differ as well: [`pascal`], and a digest of the name where that leaves
/// nothing of it, or the same as of another one. The order of the names plays no part.
pub(crate) fn distinct(names: &[&str]) -> Vec<String> {
    // A logical id has 255 characters, with the path of the scope.
    let words: Vec<String> = names.iter().map(|name| pascal(name).chars().take(100).collect()).collect();
    let mut alike: BTreeMap<&str, usize> = BTreeMap::new();
    for word in &words {
        *alike.entry(word).or_default() += 1;
    }
    let one = |(name, word): (&&str, &String)| match (word.as_str(), alike.get(word.as_str())) {
        ("", _) | (_, Some(2..)) => format!("{word}{}", digest(name)),
        _ => word.clone(),
    };
    names.iter().zip(&words).map(one).collect()
}

/// Eight digits that stand for a text: FNV-1a, which is the same on every machine.
fn digest(text: &str) -> String {
    let step = |hash: u32, byte: u8| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193);
    format!("{:08x}", text.bytes().fold(0x811c_9dc5, step))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_differ_have_ids_that_differ() {
        let sorted = |names: &[&str]| {
            let mut all: Vec<(String, String)> =
                names.iter().map(|name| (*name).to_owned()).zip(distinct(names)).collect();
            all.sort();
            all
        };
        let names = ["editors", "on-call", "OnCall", "買い手", "売り手", "ä", "ö", ""];
        let all = sorted(&names);
        let ids: std::collections::BTreeSet<&str> = all.iter().map(|(_, id)| id.as_str()).collect();
        assert_eq!(ids.len(), names.len(), "{all:?}");
        assert!(ids.iter().all(|id| id.bytes().all(|byte| byte.is_ascii_alphanumeric())));
        assert!(ids.contains("Editors") && !ids.contains("OnCall"), "{all:?}");
        let mut turned = names;
        turned.reverse();
        assert_eq!(sorted(&turned), all);
    }

    #[test]
    fn the_digest_stays() {
        // draft-eastlake-fnv, the test vectors
        assert_eq!((digest("").as_str(), digest("foobar").as_str()), ("811c9dc5", "bf9cf968"));
    }
}
