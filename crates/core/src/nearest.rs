//! Which of several names was meant by a misspelt one.

/// The candidate that somebody who wrote `name` most likely meant, if any is near enough.
///
/// ```
/// assert_eq!(formwork_core::nearest("queus", ["queues", "topics"]), Some("queues"));
/// assert_eq!(formwork_core::nearest("bucket", ["queues", "topics"]), None);
/// ```
pub fn nearest<'c>(name: &str, candidates: impl IntoIterator<Item = &'c str>) -> Option<&'c str> {
    // Nobody misspells a name this long, and the comparison takes quadratic time.
    const TOO_LONG: usize = 64;
    let plain = |text: &str| -> Vec<char> {
        text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
    };
    let name = plain(name);
    if name.is_empty() || name.len() > TOO_LONG {
        return None;
    }
    candidates
        .into_iter()
        .filter_map(|candidate| {
            let other = plain(candidate);
            let shorter = name.len().min(other.len());
            let allowed = if shorter < 3 { 0 } else { (name.len().max(other.len()) / 3).clamp(1, 3) };
            let distance = (other.len() <= TOO_LONG).then(|| distance(&name, &other))?;
            (distance <= allowed).then_some((distance, candidate))
        })
        // Of two that are equally near, always the same.
        .min()
        .map(|(_, candidate)| candidate)
}

/// How many letters to add, drop, change or swap with their neighbour.
fn distance(from: &[char], to: &[char]) -> usize {
    let mut before: Vec<usize> = Vec::new();
    let mut above: Vec<usize> = (0..=to.len()).collect();
    for (row, a) in from.iter().enumerate() {
        let mut line = vec![row + 1];
        for (column, b) in to.iter().enumerate() {
            let mut best =
                (above[column] + usize::from(a != b)).min(above[column + 1] + 1).min(line[column] + 1);
            if row > 0 && column > 0 && *a == to[column - 1] && from[row - 1] == *b {
                best = best.min(before[column - 1] + 1);
            }
            line.push(best);
        }
        before = std::mem::replace(&mut above, line);
    }
    above.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_name_is_near() {
        let names = ["storage", "engine", "max_azs", "id"];
        assert_eq!(nearest("storge", names), Some("storage"));
        assert_eq!(nearest("enigne", names), Some("engine"));
        assert_eq!(nearest("maxAzs", names), Some("max_azs"));
        assert_eq!(nearest("ip", names), None);
        assert_eq!(nearest("database", names), None);
        assert_eq!(nearest("", names), None);
    }
}
