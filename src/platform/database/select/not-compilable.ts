/** The signal that an operation is not one for the compiler, so that graphql-js must answer it. */

/** Thrown while compiling; never reaches a caller. The message names the field for whoever debugs. */
export class NotCompilable extends Error {
  override name = 'NotCompilable';
}
