package anamnesis;

import ca.uhn.fhir.context.FhirContext;
import java.util.List;
import org.hl7.fhir.common.hapi.validation.support.PrePopulatedValidationSupport;
import org.hl7.fhir.r4.model.Enumerations.PublicationStatus;
import org.hl7.fhir.r4.model.ValueSet;

/**
 * The few value sets that US Core binds as required and that lie in the Value Set Authority Center, which an offline run cannot ask.
 * Contents as US Core 6.1 describes them: the OMB categories of race and ethnicity (CDC code system 2.16.840.1.113883.6.238), ONC
 * administrative sex, and the null flavors allowed beside them.
 */
final class Supplement {
  private static final String VSAC = "http://cts.nlm.nih.gov/fhir/ValueSet/";
  private static final String CDC = "urn:oid:2.16.840.1.113883.6.238";
  private static final String NULL_FLAVOR = "http://terminology.hl7.org/CodeSystem/v3-NullFlavor";
  private static final String SEX = "http://terminology.hl7.org/CodeSystem/v3-AdministrativeGender";

  static PrePopulatedValidationSupport support(FhirContext context) {
    PrePopulatedValidationSupport support = new PrePopulatedValidationSupport(context);
    add(support, "2.16.840.1.114222.4.11.836", CDC, List.of("1002-5", "2028-9", "2054-5", "2076-8", "2106-3"));
    add(support, "2.16.840.1.113762.1.4.1021.102", NULL_FLAVOR, List.of("UNK", "ASKU"));
    add(support, "2.16.840.1.114222.4.11.837", CDC, List.of("2135-2", "2186-5"));
    add(support, "2.16.840.1.113762.1.4.1", SEX, List.of("F", "M"));
    add(support, "2.16.840.1.113762.1.4.1021.103", NULL_FLAVOR, List.of("UNK"));
    return support;
  }

  private static void add(PrePopulatedValidationSupport support, String oid, String system, List<String> codes) {
    ValueSet set = new ValueSet();
    set.setUrl(VSAC + oid).setStatus(PublicationStatus.ACTIVE);
    ValueSet.ConceptSetComponent include = set.getCompose().addInclude().setSystem(system);
    for (String code : codes) include.addConcept().setCode(code);
    support.addValueSet(set);
  }

  private Supplement() {}
}
