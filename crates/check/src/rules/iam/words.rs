//! What somebody meant who wrote something similar.

/// The word that is most like another one, if any is near.
pub(super) fn near<'w>(word: &str, words: impl Iterator<Item = &'w str>) -> Option<&'w str> {
    let allowed = if word.len() < 5 { 1 } else { 2 };
    let far = words.filter_map(|known| Some((distance(word, known)?, known)));
    far.filter(|(far, _)| *far <= allowed).min_by_key(|(far, _)| *far).map(|(_, known)| known)
}

fn distance(from: &str, to: &str) -> Option<usize> {
    let (from, to) = (from.as_bytes(), to.as_bytes());
    if from.len() > 64 || from.len().abs_diff(to.len()) > 2 {
        return None;
    }
    let mut above: Vec<usize> = (0..=to.len()).collect();
    for (row, a) in from.iter().enumerate() {
        let mut line = vec![row + 1];
        for (column, b) in to.iter().enumerate() {
            let changed = above.get(column)? + usize::from(!a.eq_ignore_ascii_case(b));
            let best = changed.min(above.get(column + 1)? + 1).min(line.get(column)? + 1);
            line.push(best);
        }
        above = line;
    }
    above.last().copied()
}
