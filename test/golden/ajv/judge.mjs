// What Ajv finds in each document of each schema: {"SCHEMA": {"schema": …, "documents": {"NAME": …}}} to {"SCHEMA": {"NAME": [faults]}}
import { readFileSync } from 'node:fs'
import Ajv from 'ajv'

const found = {}
for (const [name, { schema, documents }] of Object.entries(JSON.parse(readFileSync(0, 'utf8')))) {
  const validate = new Ajv({ allErrors: true, strict: 'log', strictTypes: false, strictRequired: false, logger: false }).compile(schema)
  found[name] = {}
  for (const [which, document] of Object.entries(documents)) {
    found[name][which] = validate(document) ? [] : validate.errors.map(e => `${e.instancePath}: ${e.message}`)
  }
}
console.log(JSON.stringify(found))
