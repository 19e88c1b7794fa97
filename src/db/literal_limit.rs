//! Statements whose limits are literals instead of parameters.

use super::Db;
use sea_orm::sea_query::{
    PostgresQueryBuilder, QueryBuilder, SelectStatement, SqlWriter, SqlWriterValues,
    SqliteQueryBuilder, Value,
};
use sea_orm::{ConnectionTrait as _, Statement};
use std::fmt::{self, Write};

impl Db {
    /// Builds a statement with literal limits. PostgreSQL assumes that a limit in a parameter is a
    /// tenth of the rows. Depending on the size of workspaces, it would sort a long list instead of
    /// reading a page from an index, or plan each execution again.
    pub fn build_with_literal_limit(&self, select: &SelectStatement) -> Statement {
        let (text, values) = if self.is_postgres() {
            build(select, PostgresQueryBuilder)
        } else {
            build(select, SqliteQueryBuilder)
        };
        Statement::from_sql_and_values(self.get_database_backend(), text, values)
    }
}

fn build(select: &SelectStatement, builder: impl QueryBuilder) -> (String, Vec<Value>) {
    let (placeholder, numbered) = builder.placeholder();
    let mut writer = Writer(SqlWriterValues::new(placeholder, numbered));
    select.build_collect_into(builder, &mut writer);
    let (text, values) = writer.0.into_parts();
    (text, values.0)
}

/// Writes limits, which are the only unsigned values, as literals.
struct Writer(SqlWriterValues);

impl SqlWriter for Writer {
    fn push_param<T: QueryBuilder>(&mut self, value: Value, builder: &T) {
        match value {
            Value::BigUnsigned(Some(limit)) => {
                // Writing to memory cannot fail.
                let _written = write!(self.0, "{limit}");
            }
            value => self.0.push_param(value, builder),
        }
    }

    fn as_writer(&mut self) -> &mut dyn Write {
        self
    }
}

impl Write for Writer {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0.write_str(text)
    }
}

impl fmt::Display for Writer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}
