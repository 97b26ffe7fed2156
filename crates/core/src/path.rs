//! Paths within encoded values: which names and numbers lead to a place.

use crate::encode::{HOLE, PIECE_TEXT, PIECE_VALUE, TEXT};

/// What a walk over an encoded value meets.
enum Met {
    /// The key of an object's entry, or an item of a list, begins at this offset.
    Entry(usize),
    /// A hole, by its number.
    Hole(u32),
}

/// Walks over an encoded value, keeping the names and numbers that lead to the current place, until `visit`
/// answers with something.
fn walk<T>(bytes: &[u8], mut visit: impl FnMut(&[String], Met) -> Option<T>) -> Option<T> {
    // Whether a container is a list, and the number of its current item; its step is the last but for those
    // of the containers inside.
    let mut containers: Vec<Option<usize>> = Vec::new();
    let mut steps: Vec<String> = Vec::new();
    let mut position = 0;
    let mut key = false;
    let number =
        |at: usize| -> Option<u32> { Some(u32::from_le_bytes(bytes.get(at..at + 4)?.try_into().ok()?)) };
    while let Some(byte) = bytes.get(position) {
        let start = position;
        position += 1;
        match *byte {
            b'{' => {
                containers.push(None);
                steps.push(String::new());
                key = true;
            }
            b'[' => {
                containers.push(Some(0));
                steps.push("0".to_owned());
                key = false;
                if let Some(found) = visit(&steps, Met::Entry(position)) {
                    return Some(found);
                }
            }
            b'}' | b']' => {
                containers.pop();
                steps.pop();
                key = false;
            }
            b',' => match (containers.last_mut(), steps.last_mut()) {
                (Some(Some(index)), Some(step)) => {
                    *index += 1;
                    *step = index.to_string();
                    if let Some(found) = visit(&steps, Met::Entry(position)) {
                        return Some(found);
                    }
                }
                _ => key = true,
            },
            b'"' => {
                while let Some(byte) = bytes.get(position).filter(|byte| **byte != b'"') {
                    position += if *byte == b'\\' { 2 } else { 1 };
                }
                if key {
                    key = false;
                    let name = String::from_utf8_lossy(bytes.get(start + 1..position)?).into_owned();
                    if let Some(step) = steps.last_mut() {
                        *step = name;
                    }
                    if let Some(found) = visit(&steps, Met::Entry(start)) {
                        return Some(found);
                    }
                }
                position += 1;
            }
            HOLE => {
                if let Some(found) = visit(&steps, Met::Hole(number(position)?)) {
                    return Some(found);
                }
                position += 4;
            }
            // Of the pieces of an interpolation, text is skipped and values are walked through.
            TEXT | PIECE_VALUE => position += 4,
            PIECE_TEXT => position += 4 + number(position)? as usize,
            _ => {}
        }
    }
    None
}

/// The names and numbers on the way to a hole.
pub(crate) fn to_hole(bytes: &[u8], hole: u32) -> Option<Vec<String>> {
    walk(bytes, |steps, met| matches!(met, Met::Hole(number) if number == hole).then(|| steps.to_vec()))
}

/// The offsets of the entries on a path, the outermost first, as far as the path exists.
pub(crate) fn entries(bytes: &[u8], path: &[&str]) -> Vec<u32> {
    let mut offsets = Vec::new();
    let _: Option<()> = walk(bytes, |steps, met| {
        let Met::Entry(offset) = met else { return None };
        let on_the_way = steps.len() == offsets.len() + 1 && steps.len() <= path.len();
        if on_the_way && steps.iter().zip(path).all(|(step, wanted)| step == wanted) {
            offsets.push(offset as u32);
        }
        None
    });
    offsets
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hole_is_found_by_its_path() {
        let bytes = b"{\"a\":[1,{\"b\":\"x,{\"}],\"c\":{\"d\":[2,\x01\x07\0\0\0]}}";
        assert_eq!(to_hole(bytes, 7), Some(vec!["c".to_owned(), "d".to_owned(), "1".to_owned()]));
        assert_eq!(to_hole(bytes, 8), None);
    }

    #[test]
    fn entries_on_a_path_are_found() {
        let bytes = br#"{"a":{"c":1},"b":[{"c":2},{"c":3}]}"#;
        let offsets = entries(bytes, &["b", "1", "c"]);
        let texts: Vec<&[u8]> = offsets.iter().map(|offset| &bytes[*offset as usize..][..4]).collect();
        assert_eq!(texts, [&br#""b":"#[..], br#"{"c""#, br#""c":"#]);
        assert_eq!(entries(bytes, &["b", "9"]).len(), 1);
        assert!(entries(bytes, &["x"]).is_empty());
    }
}
