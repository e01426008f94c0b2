/**
 * Loaded before dependency-cruiser: the syntax tree visitor of @swc/core, which it uses, stops at `using` and `await using`. This
 * teaches it to look into what is declared there.
 */
import visitorModule from '@swc/core/Visitor.js'

const { Visitor } = visitorModule
const visitStatement = Visitor.prototype.visitStatement

Visitor.prototype.visitStatement = function (statement) {
  if (statement.type !== 'UsingDeclaration') return visitStatement.call(this, statement)
  statement.decls = this.visitVariableDeclarators(statement.decls)
  return statement
}
