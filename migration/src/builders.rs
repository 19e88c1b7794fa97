//! Shorthands for sea-orm-migration's builders.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::ActiveEnum;

/// Restricts a column to the values of an enum.
pub fn one_of<E: ActiveEnum + Into<Expr>>(mut column: ColumnDef) -> ColumnDef {
    let is_known = Expr::col(column.get_column_name().to_owned()).is_in(E::iter());
    column.check(is_known).take()
}

/// Returns a foreign key to the ID of another table. Rows are deleted with the row they refer to.
pub fn belongs_to(column: &'static str, table: &'static str) -> ForeignKeyCreateStatement {
    ForeignKey::create()
        .from_col(column)
        .to(table, "id")
        .on_delete(ForeignKeyAction::Cascade)
        .take()
}

/// Returns a primary key or, with `unique`, another key of several columns.
pub fn key_of(columns: &[&'static str]) -> IndexCreateStatement {
    let mut key = Index::create();
    for column in columns {
        key.col(*column);
    }
    key
}

/// Returns an index.
pub fn index(
    name: &'static str,
    table: &'static str,
    columns: &[&'static str],
) -> IndexCreateStatement {
    key_of(columns).name(name).table(table).take()
}

/// Drops tables in this order.
pub async fn drop_tables(
    manager: &SchemaManager<'_>,
    tables: &[&'static str],
) -> Result<(), DbErr> {
    for table in tables {
        manager
            .drop_table(Table::drop().table(*table).take())
            .await?;
    }
    Ok(())
}

/// Creates indexes.
pub async fn create_indexes(
    manager: &SchemaManager<'_>,
    indexes: impl IntoIterator<Item = IndexCreateStatement>,
) -> Result<(), DbErr> {
    for index in indexes {
        manager.create_index(index).await?;
    }
    Ok(())
}
