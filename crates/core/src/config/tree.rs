//! A document with the place of every key and value, whatever format it was written in.

use std::cell::Cell;

use serde_json::{Map, Number, Value};

use crate::location::SourceLocation;

/// How deep objects and arrays may nest; what reads them is recursive, and a stack has an end.
pub(super) const DEPTH: usize = 128;

/// A line and a column, in characters, both from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Position {
    pub(super) line: u32,
    pub(super) column: u32,
}

impl Position {
    pub(super) fn in_file(self, file: &str) -> SourceLocation {
        SourceLocation::new(file.to_owned(), self.line, self.column)
    }
}

/// A value and where it starts.
#[derive(Clone, Debug)]
pub(super) struct Node {
    pub(super) at: Position,
    pub(super) tree: Tree,
}

#[derive(Clone, Debug)]
pub(super) enum Tree {
    Null,
    Bool(bool),
    Number(Number),
    String(String),
    Array(Vec<Node>),
    Object(Vec<Member>),
}

/// A key of an object with its value; members stand in the order of the document.
#[derive(Clone, Debug)]
pub(super) struct Member {
    pub(super) key: String,
    pub(super) key_at: Position,
    pub(super) node: Node,
}

impl Node {
    /// The same without places, as serde reads it.
    pub(super) fn to_value(&self) -> Value {
        match &self.tree {
            Tree::Null => Value::Null,
            Tree::Bool(value) => Value::Bool(*value),
            Tree::Number(value) => Value::Number(value.clone()),
            Tree::String(value) => Value::String(value.clone()),
            Tree::Array(items) => Value::Array(items.iter().map(Self::to_value).collect()),
            Tree::Object(members) => Value::Object(
                members
                    .iter()
                    .map(|member| (member.key.clone(), member.node.to_value()))
                    .collect::<Map<_, _>>(),
            ),
        }
    }

    /// The members, of an object.
    pub(super) fn members(&self) -> Option<&[Member]> {
        match &self.tree {
            Tree::Object(members) => Some(members),
            _ => None,
        }
    }

    /// The value of a key, of an object.
    pub(super) fn get(&self, key: &str) -> Option<&Self> {
        self.members()?.iter().find(|member| member.key == key).map(|member| &member.node)
    }

    /// The item at an index, of an array.
    pub(super) fn item(&self, index: usize) -> Option<&Self> {
        match &self.tree {
            Tree::Array(items) => items.get(index),
            _ => None,
        }
    }
}

/// Turns byte offsets into lines and columns.
pub(super) struct Lines<'t> {
    text: &'t str,
    starts: Vec<usize>,
    /// The last answer: a file may be one long line, and counting it anew for every value would take
    /// quadratic time.
    last: Cell<(usize, Position)>,
}

impl<'t> Lines<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        let starts =
            std::iter::once(0).chain(text.match_indices('\n').map(|(offset, _)| offset + 1)).collect();
        Self { text, starts, last: Cell::new((0, Position { line: 1, column: 1 })) }
    }

    pub(super) fn position(&self, offset: usize) -> Position {
        let mut offset = offset.min(self.text.len());
        while !self.text.is_char_boundary(offset) {
            offset -= 1;
        }
        let index = self.starts.partition_point(|start| *start <= offset).saturating_sub(1);
        let line = count(index).saturating_add(1);
        let (last_offset, last) = self.last.get();
        let (from, column) = if last.line == line && last_offset <= offset {
            (last_offset, last.column)
        } else {
            (self.starts.get(index).copied().unwrap_or(0), 1)
        };
        let between = self.text.get(from..offset).map_or(0, |between| between.chars().count());
        let position = Position { line, column: column.saturating_add(count(between)) };
        self.last.set((offset, position));
        position
    }
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters_in_any_order_of_asking() {
        let lines = Lines::new("aé\nöb\n");
        let at = |offset| {
            let Position { line, column } = lines.position(offset);
            (line, column)
        };
        assert_eq!(at(6), (2, 2));
        assert_eq!(at(4), (2, 1));
        assert_eq!(at(5), (2, 1), "inside of a character is its start");
        assert_eq!(at(1), (1, 2));
        assert_eq!(at(3), (1, 3));
        assert_eq!(at(99), (3, 1));
    }
}
