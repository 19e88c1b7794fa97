//! Summaries of statements for the log.

/// Returns what a statement does to which table, such as `INSERT INTO outbox`.
pub(super) fn summary(sql: &str) -> String {
    let mut words = sql.split_whitespace();
    let verb = words.next().unwrap_or_default();
    let before_table = match verb {
        "INSERT" => "INTO",
        "SELECT" | "DELETE" => "FROM",
        "UPDATE" => return format!("UPDATE {}", name(words.next())),
        _ => return verb.to_owned(),
    };
    let table = words.skip_while(|word| *word != before_table).nth(1);
    format!("{verb} {before_table} {}", name(table))
}

/// Returns a table's name without quotes and what follows it.
fn name(word: Option<&str>) -> &str {
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let word = word.unwrap_or_default().trim_start_matches('"');
    word.split(|c| !is_part(c)).next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::summary;

    #[test]
    fn summaries_name_the_table_and_no_value() {
        for (sql, expected) in [
            (
                "INSERT INTO \"outbox\" (\"id\") VALUES ($1)",
                "INSERT INTO outbox",
            ),
            (
                "INSERT INTO throttles(key) VALUES ('a')",
                "INSERT INTO throttles",
            ),
            ("UPDATE \"users\" SET \"email\" = 'a'", "UPDATE users"),
            ("DELETE FROM sessions WHERE id = 1", "DELETE FROM sessions"),
            (
                "SELECT \"users\".\"id\" FROM \"users\" WHERE 1 = 1",
                "SELECT FROM users",
            ),
            ("SELECT 1", "SELECT FROM "),
            ("WITH ended AS (SELECT 1) DELETE FROM users", "WITH"),
            ("", ""),
        ] {
            assert_eq!(summary(sql), expected, "{sql}");
        }
    }
}
