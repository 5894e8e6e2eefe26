/** `hub schema print`: the published schema. */
import { publishedSchema } from '../../../schema/published-schema.js';
import type { Registrar } from '../registrar.js';

/** Registers the commands. */
export function schemaCommands({ program, act }: Registrar): void {
  const schema = program.command('schema').description('the graph');
  schema
    .command('print')
    .description('the schema, as published in schema/schema.graphql')
    .action(
      act<object>(async (output) => {
        const sdl = await publishedSchema();
        output.result({ sdl }, [sdl.trimEnd()]);
        return undefined;
      }),
    );
}
