//! Renders a mail as subject, plain text, and HTML.
//!
//! The HTML layout is MJML, which is converted once at startup. Names are inserted by minijinja,
//! which escapes them, and never pass through the MJML parser.

use crate::mail::content::{MailContent, page_url};
use crate::mail::line::{one_line, short_line};
use chrono::DateTime;
use minijinja::{
    AutoEscape, Environment, ErrorKind, Output, State, UndefinedBehavior, Value, context,
};
use mrml::prelude::render::RenderOptions;
use secrecy::{ExposeSecret as _, SecretString};
use std::collections::HashMap;
use std::fmt;
use url::Url;

/// The maximum length of a subject in characters, more than one line of a mail client shows.
const MAX_SUBJECT: usize = 150;

/// The names and texts of the minijinja templates.
const TEMPLATES: &[(&str, &str)] = &[
    ("layout.txt", include_str!("templates/layout.txt")),
    ("workspaces.txt", include_str!("templates/workspaces.txt")),
    ("workspaces.html", include_str!("templates/workspaces.html")),
    (
        "invitation/subject.txt",
        include_str!("templates/invitation/subject.txt"),
    ),
    (
        "invitation/body.txt",
        include_str!("templates/invitation/body.txt"),
    ),
    (
        "invitation/body.html",
        include_str!("templates/invitation/body.html"),
    ),
    (
        "added/subject.txt",
        include_str!("templates/added/subject.txt"),
    ),
    ("added/body.txt", include_str!("templates/added/body.txt")),
    ("added/body.html", include_str!("templates/added/body.html")),
    (
        "password_reset/subject.txt",
        include_str!("templates/password_reset/subject.txt"),
    ),
    (
        "password_reset/body.txt",
        include_str!("templates/password_reset/body.txt"),
    ),
    (
        "password_reset/body.html",
        include_str!("templates/password_reset/body.html"),
    ),
    (
        "password_changed/subject.txt",
        include_str!("templates/password_changed/subject.txt"),
    ),
    (
        "password_changed/body.txt",
        include_str!("templates/password_changed/body.txt"),
    ),
    (
        "password_changed/body.html",
        include_str!("templates/password_changed/body.html"),
    ),
    (
        "invitation_requested/subject.txt",
        include_str!("templates/invitation_requested/subject.txt"),
    ),
    (
        "invitation_requested/body.txt",
        include_str!("templates/invitation_requested/body.txt"),
    ),
    (
        "invitation_requested/body.html",
        include_str!("templates/invitation_requested/body.html"),
    ),
];

/// A mail ready to be sent. `Debug` omits the bodies, because they may contain a token.
pub struct RenderedMail {
    /// One line, without line breaks.
    pub subject: String,
    /// The plain text body.
    pub text: String,
    /// The HTML body, a complete document.
    pub html: String,
    /// The link with the token, if the mail has one. It cannot be extracted from the bodies, since
    /// names in them may look like links.
    pub link: Option<SecretString>,
}

impl fmt::Debug for RenderedMail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RenderedMail")
            .field("subject", &self.subject)
            .finish_non_exhaustive()
    }
}

/// Why a mail cannot be rendered.
#[derive(Debug, thiserror::Error)]
pub enum RenderError {
    /// The mail needs a link and none was given.
    #[error("this mail needs a link")]
    LinkMissing,
    /// The MJML layout is invalid.
    #[error("the mail layout is broken: {0}")]
    Layout(String),
    /// A template is invalid. The message names the location and quotes no value.
    #[error(transparent)]
    Template(#[from] minijinja::Error),
}

/// The parsed templates.
pub struct Renderer {
    templates: Environment<'static>,
}

impl fmt::Debug for Renderer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Renderer").finish_non_exhaustive()
    }
}

impl Renderer {
    /// Parses all templates.
    ///
    /// # Errors
    /// `Layout` or `Template` if one of them is invalid.
    pub fn new() -> Result<Renderer, RenderError> {
        let mut templates = Environment::new();
        templates.set_undefined_behavior(UndefinedBehavior::Strict);
        templates.set_auto_escape_callback(|name| match name.ends_with(".html") {
            true => AutoEscape::Html,
            false => AutoEscape::None,
        });
        templates.set_formatter(write_value);
        templates.add_filter("moment", moment);
        templates.add_template_owned("layout.html", layout()?)?;
        for (name, text) in TEMPLATES {
            templates.add_template(name, text)?;
        }
        Ok(Renderer { templates })
    }

    /// Renders a mail. `link` is the result of [`link`](crate::mail::content::link), for mails with
    /// a [`page`](MailContent::page); other mails link to the console.
    ///
    /// # Errors
    /// `LinkMissing`, or `Template` if a template uses an undefined value.
    pub fn render(
        &self,
        content: &MailContent,
        link: Option<&SecretString>,
        public_url: &Url,
    ) -> Result<RenderedMail, RenderError> {
        let url = match (content.page(), link) {
            (None, _) => page_url(public_url, &content.console_path()).into(),
            (Some(_), Some(link)) => link.expose_secret().to_owned(),
            (Some(_), None) => return Err(RenderError::LinkMissing),
        };
        let site = public_url.host_str().unwrap_or_default();
        let values = context! { content => Value::from_serialize(content), url, site };
        let folder = content.kind().to_ascii_lowercase();
        let part = |name| {
            self.templates
                .get_template(&format!("{folder}/{name}"))?
                .render(&values)
        };
        Ok(RenderedMail {
            subject: short_line(&part("subject.txt")?, MAX_SUBJECT),
            text: part("body.txt")?,
            html: part("body.html")?,
            link: content.page().and(link).cloned(),
        })
    }
}

/// Converts the MJML layout to HTML. Its minijinja blocks are kept.
fn layout() -> Result<String, RenderError> {
    let broken = |cause: &dyn fmt::Display| RenderError::Layout(cause.to_string());
    let parsed = mrml::parse(include_str!("templates/layout.mjml")).map_err(|e| broken(&e))?;
    // Without web fonts: a mail client must not load anything from other servers.
    let options = RenderOptions {
        fonts: HashMap::new(),
        ..RenderOptions::default()
    };
    parsed.element.render(&options).map_err(|e| broken(&e))
}

/// Writes a value into a template: as one line, so that a name cannot start a paragraph, and
/// escaped if the template is HTML.
fn write_value(out: &mut Output, state: &State, value: &Value) -> Result<(), minijinja::Error> {
    let Some(text) = value.as_str().map(one_line) else {
        return minijinja::escape_formatter(out, state, value);
    };
    let text = match state.auto_escape() {
        AutoEscape::Html => escape(&text),
        _ => text,
    };
    out.write_str(&text).map_err(minijinja::Error::from)
}

/// Escapes text for HTML elements and quoted attributes. Unlike minijinja's own escaping, it does
/// not escape `/`: some mail scanners do not recognize a link in `https:&#x2f;&#x2f;`.
fn escape(text: &str) -> String {
    text.chars()
        .fold(String::with_capacity(text.len()), |mut html, c| {
            match c {
                '&' => html.push_str("&amp;"),
                '<' => html.push_str("&lt;"),
                '>' => html.push_str("&gt;"),
                '"' => html.push_str("&quot;"),
                '\'' => html.push_str("&#39;"),
                _ => html.push(c),
            }
            html
        })
}

/// Formats a time: `1 December 2026, 14:05 UTC`.
fn moment(time: &str) -> Result<String, minijinja::Error> {
    let time = DateTime::parse_from_rfc3339(time)
        .map_err(|_| minijinja::Error::new(ErrorKind::InvalidOperation, "not a time"))?;
    Ok(time.to_utc().format("%-d %B %Y, %H:%M UTC").to_string())
}

#[cfg(test)]
mod tests;
