/** The text of one document of a clinical record: asked for one at a time, read live, put on record as read. */
import { Field, ObjectType } from 'type-graphql';
import { resultOf } from '../refusal.type.js';
import { ClinicalDocument } from './clinical-record.type.js';

@ObjectType({ simpleResolvers: true, description: 'A document of a clinical record with its text.' })
export class ClinicalDocumentText extends ClinicalDocument {
  @Field(() => String, { description: 'Plain text, as it stands in the record.' })
  text: string;
}

export const ClinicalDocumentResult = resultOf('ClinicalDocumentResult', ClinicalDocumentText);
