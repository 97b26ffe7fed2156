//! The procedural macro behind `formwork::interpolate!`.
//!
//! It only takes a format string apart, which `macro_rules!` cannot do; what the pieces mean is the business of
//! `formwork-core`. It has no dependencies, so that it costs a build next to nothing.

use proc_macro::{Delimiter, Group, Ident, Literal, Punct, Spacing, Span, TokenStream, TokenTree};

/// `interpolate!(path_of_core, "text {} {name}", arguments..)`; use `formwork::interpolate!` instead.
#[proc_macro]
pub fn interpolate(input: TokenStream) -> TokenStream {
    match expand(input) {
        Ok(tokens) => tokens,
        Err(error) => error.into_tokens(),
    }
}

struct Error {
    span: Span,
    message: String,
}

impl Error {
    fn new(span: Span, message: impl Into<String>) -> Self {
        Self { span, message: message.into() }
    }

    /// `::core::compile_error! { "message" }`, at the place in question.
    fn into_tokens(self) -> TokenStream {
        let mut literal = TokenTree::Literal(Literal::string(&self.message));
        literal.set_span(self.span);
        let mut tokens = path(&["core", "compile_error"], self.span);
        tokens.extend([
            spanned(Punct::new('!', Spacing::Alone), self.span),
            spanned(Group::new(Delimiter::Brace, literal.into()), self.span),
        ]);
        tokens
    }
}

fn spanned(token: impl Into<TokenTree>, span: Span) -> TokenTree {
    let mut token = token.into();
    token.set_span(span);
    token
}

/// `::a::b`
fn path(segments: &[&str], span: Span) -> TokenStream {
    let mut tokens = TokenStream::new();
    for segment in segments {
        tokens.extend([
            spanned(Punct::new(':', Spacing::Joint), span),
            spanned(Punct::new(':', Spacing::Alone), span),
            TokenTree::Ident(Ident::new(segment, span)),
        ]);
    }
    tokens
}

struct Argument {
    name: Option<String>,
    tokens: TokenStream,
    span: Span,
    used: bool,
}

enum Piece {
    Text(String),
    Argument(usize),
}

fn expand(input: TokenStream) -> Result<TokenStream, Error> {
    let mut sections = split_at_commas(input).into_iter();
    let core = sections.next().map(|section| section.tokens).unwrap_or_default();
    let format = sections.next().filter(|section| !section.tokens.is_empty());
    let Some(format) = format else {
        return Err(Error::new(
            Span::call_site(),
            "interpolate! needs a string literal: interpolate!(\"https://{}\", host)",
        ));
    };
    let (text, span) = string_literal(format.tokens)?;

    let mut arguments = Vec::new();
    for section in sections {
        if !section.tokens.is_empty() {
            arguments.push(argument(section)?);
        }
    }
    let pieces = take_apart(&text, span, &mut arguments)?;
    if let Some(unused) = arguments.iter().find(|argument| !argument.used) {
        return Err(Error::new(unused.span, "this argument is not used: there is no `{}` for it"));
    }
    Ok(call(core, &pieces, &arguments, span))
}

struct Section {
    tokens: TokenStream,
    span: Span,
}

fn split_at_commas(input: TokenStream) -> Vec<Section> {
    let mut sections = vec![Section { tokens: TokenStream::new(), span: Span::call_site() }];
    // Commas between angle brackets belong to a turbofish, `f::<A, B>()`, which expressions rarely hold; only
    // there does `::` stand before `<`.
    let (mut angles, mut colons) = (0_u32, false);
    for token in input {
        if let TokenTree::Punct(punct) = &token {
            match punct.as_char() {
                ',' if angles == 0 => {
                    sections.push(Section { tokens: TokenStream::new(), span: token.span() });
                    continue;
                }
                '<' if colons || angles > 0 => angles += 1,
                '>' => angles = angles.saturating_sub(1),
                _ => {}
            }
            colons = punct.as_char() == ':';
        } else {
            colons = false;
        }
        if let Some(section) = sections.last_mut() {
            if section.tokens.is_empty() {
                section.span = token.span();
            }
            section.tokens.extend([token]);
        }
    }
    sections
}

fn string_literal(tokens: TokenStream) -> Result<(String, Span), Error> {
    let mut tokens = tokens.into_iter();
    let mut token = tokens.next();
    // A literal that came through another macro is wrapped in a group without delimiters.
    while let Some(TokenTree::Group(group)) = &token {
        if group.delimiter() != Delimiter::None {
            break;
        }
        token = group.stream().into_iter().next();
    }
    let Some(token) = token else { return Err(Error::new(Span::call_site(), "a string literal is needed")) };
    let span = token.span();
    match literal_text(&token.to_string()) {
        Some(text) => Ok((text, span)),
        None => Err(Error::new(span, "the first argument must be a string literal, as with format!")),
    }
}

/// The value of a string literal, plain or raw.
fn literal_text(source: &str) -> Option<String> {
    if let Some(raw) = source.strip_prefix('r') {
        let hashes = raw.len() - raw.trim_start_matches('#').len();
        let inner = raw.get(hashes..raw.len().checked_sub(hashes)?)?;
        return Some(inner.strip_prefix('"')?.strip_suffix('"')?.to_owned());
    }
    let inner = source.strip_prefix('"')?.strip_suffix('"')?;
    let mut text = String::with_capacity(inner.len());
    let mut chars = inner.chars().peekable();
    while let Some(c) = chars.next() {
        if c != '\\' {
            text.push(c);
            continue;
        }
        match chars.next()? {
            'n' => text.push('\n'),
            'r' => text.push('\r'),
            't' => text.push('\t'),
            '0' => text.push('\0'),
            'x' => {
                let digits: String = chars.by_ref().take(2).collect();
                text.push(char::from_u32(u32::from_str_radix(&digits, 16).ok()?)?);
            }
            'u' => {
                let digits: String =
                    chars.by_ref().skip(1).take_while(|c| *c != '}').filter(|c| *c != '_').collect();
                text.push(char::from_u32(u32::from_str_radix(&digits, 16).ok()?)?);
            }
            '\n' => {
                while chars.peek().is_some_and(|c| c.is_whitespace()) {
                    chars.next();
                }
            }
            other => text.push(other),
        }
    }
    Some(text)
}

/// `value` or `name = value`.
fn argument(section: Section) -> Result<Argument, Error> {
    let tokens: Vec<TokenTree> = section.tokens.into_iter().collect();
    let is = |index: usize, wanted: char, spacing: Option<Spacing>| match tokens.get(index) {
        Some(TokenTree::Punct(punct)) => {
            punct.as_char() == wanted && spacing.is_none_or(|spacing| punct.spacing() == spacing)
        }
        _ => false,
    };
    // `a == b` begins with a joint `=`.
    let named = matches!(tokens.first(), Some(TokenTree::Ident(_))) && is(1, '=', Some(Spacing::Alone));
    if !named {
        let tokens = tokens.into_iter().collect();
        return Ok(Argument { name: None, tokens, span: section.span, used: false });
    }
    let mut tokens = tokens.into_iter();
    let name = tokens.next().map(|name| name.to_string());
    let value: TokenStream = tokens.skip(1).collect();
    if value.is_empty() {
        return Err(Error::new(section.span, "this argument has a name and no value"));
    }
    Ok(Argument { name, tokens: value, span: section.span, used: false })
}

fn take_apart(text: &str, span: Span, arguments: &mut Vec<Argument>) -> Result<Vec<Piece>, Error> {
    let positional = arguments.iter().filter(|argument| argument.name.is_none()).count();
    let mut pieces = Vec::new();
    let mut literal = String::new();
    let mut next = 0;
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '{' if chars.peek() == Some(&'{') => {
                chars.next();
                literal.push('{');
            }
            '}' if chars.peek() == Some(&'}') => {
                chars.next();
                literal.push('}');
            }
            '}' => {
                return Err(Error::new(span, "a `}` without its `{`; write `}}` for the character itself"));
            }
            '{' => {
                let mut name = String::new();
                loop {
                    match chars.next() {
                        Some('}') => break,
                        Some(c) => name.push(c),
                        None => {
                            let message = "a `{` without its `}`; write `{{` for the character itself";
                            return Err(Error::new(span, message));
                        }
                    }
                }
                let index = placeholder(name.trim(), span, arguments, positional, &mut next)?;
                pieces.push(Piece::Text(std::mem::take(&mut literal)));
                pieces.push(Piece::Argument(index));
            }
            c => literal.push(c),
        }
    }
    pieces.push(Piece::Text(literal));
    if next > positional {
        let count = |count: usize, what: &str| format!("{count} {what}{}", if count == 1 { "" } else { "s" });
        let message = format!("{} `{{}}`, but {}", count(next, "placeholder"), count(positional, "argument"));
        return Err(Error::new(span, message));
    }
    Ok(pieces)
}

fn placeholder(
    name: &str,
    span: Span,
    arguments: &mut Vec<Argument>,
    positional: usize,
    next: &mut usize,
) -> Result<usize, Error> {
    // A path is no format specification.
    if name.replace("::", "").contains(':') {
        let message = format!(
            "`{{{name}}}`: a value that is only known at deployment cannot be formatted; use `{{}}`, and format! for a Rust value"
        );
        return Err(Error::new(span, message));
    }
    let index = if name.is_empty() {
        *next += 1;
        *next - 1
    } else if let Ok(index) = name.parse::<usize>() {
        if index >= positional {
            return Err(Error::new(span, format!("there is no argument number {index}")));
        }
        index
    } else if let Some(index) = arguments.iter().position(|argument| argument.name.as_deref() == Some(name)) {
        index
    } else if is_identifier(name) {
        // A variable of the caller: the literal's span makes it resolve where the macro is called.
        let tokens = TokenTree::Ident(Ident::new(name, span)).into();
        arguments.push(Argument { name: Some(name.to_owned()), tokens, span, used: false });
        arguments.len() - 1
    } else {
        let message = format!(
            "`{{{name}}}`: only a variable's name fits here; write `{{}}` and pass the expression as an argument"
        );
        return Err(Error::new(span, message));
    };
    if let Some(argument) = arguments.get_mut(index) {
        argument.used = true;
    }
    Ok(index)
}

fn is_identifier(name: &str) -> bool {
    let mut chars = name.chars();
    chars.next().is_some_and(|c| c.is_alphabetic() || c == '_')
        && chars.all(|c| c.is_alphanumeric() || c == '_')
}

/// `$core::__interpolation(::std::vec![$core::__text("text"), $core::__value(argument), ..])`
fn call(core: TokenStream, pieces: &[Piece], arguments: &[Argument], span: Span) -> TokenStream {
    let function = |name: &str, span: Span, argument: TokenStream| {
        let mut tokens = core.clone();
        tokens.extend(path(&[name], span));
        tokens.extend([TokenTree::Group(Group::new(Delimiter::Parenthesis, argument))]);
        tokens
    };
    let mut parts = TokenStream::new();
    for piece in pieces {
        match piece {
            Piece::Text(text) if text.is_empty() => continue,
            Piece::Text(text) => {
                let literal = TokenTree::Literal(Literal::string(text)).into();
                parts.extend(function("__text", Span::call_site(), literal));
            }
            Piece::Argument(index) => {
                let Some(argument) = arguments.get(*index) else { continue };
                // Borrowed, as `format!` does: the caller may go on using what was put in.
                let lend = spanned(Punct::new('&', Spacing::Alone), argument.span);
                let mut borrowed: TokenStream = lend.into();
                let value = Group::new(Delimiter::Parenthesis, argument.tokens.clone());
                borrowed.extend([spanned(value, argument.span)]);
                parts.extend(function("__value", argument.span, borrowed));
            }
        }
        parts.extend([TokenTree::Punct(Punct::new(',', Spacing::Alone))]);
    }
    let list = TokenTree::Group(Group::new(Delimiter::Bracket, parts)).into();
    function("__interpolation", span, list)
}
