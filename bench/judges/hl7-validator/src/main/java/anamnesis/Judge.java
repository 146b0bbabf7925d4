package anamnesis;

import ca.uhn.fhir.context.FhirContext;
import ca.uhn.fhir.context.support.DefaultProfileValidationSupport;
import ca.uhn.fhir.context.support.IValidationSupport;
import ca.uhn.fhir.validation.FhirValidator;
import ca.uhn.fhir.validation.ResultSeverityEnum;
import ca.uhn.fhir.validation.SingleValidationMessage;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.hl7.fhir.common.hapi.validation.support.CommonCodeSystemsTerminologyService;
import org.hl7.fhir.common.hapi.validation.support.InMemoryTerminologyServerValidationSupport;
import org.hl7.fhir.common.hapi.validation.support.PrePopulatedValidationSupport;
import org.hl7.fhir.common.hapi.validation.support.SnapshotGeneratingValidationSupport;
import org.hl7.fhir.common.hapi.validation.support.UnknownCodeSystemWarningValidationSupport;
import org.hl7.fhir.common.hapi.validation.support.ValidationSupportChain;
import org.hl7.fhir.common.hapi.validation.validator.FhirInstanceValidator;
import org.hl7.fhir.r4.model.StructureDefinition;
import org.hl7.fhir.r4.model.ValueSet;
import org.hl7.fhir.r4.model.CodeSystem;
import org.hl7.fhir.r5.utils.validation.constants.BestPracticeWarningLevel;
import org.hl7.fhir.utilities.npm.NpmPackage;

/** Runs HL7's instance validator over transaction Bundles, offline, with R4 and US Core. Exit code 1 when there is an error. */
public final class Judge {
  private static final class Tally {
    final Map<String, Integer> messages = new TreeMap<>();
    int errors;
    int warnings;
    int setAside;
    int bundles;
    int resources;

    synchronized void add(SingleValidationMessage message) {
      boolean error = message.getSeverity() == ResultSeverityEnum.ERROR || message.getSeverity() == ResultSeverityEnum.FATAL;
      if (error && isPreferredOnly(message)) {
        setAside++;
        messages.merge("set aside: a language outside of R4's list, which R4 only prefers", 1, Integer::sum);
        return;
      }
      if (error) errors++;
      else if (message.getSeverity() == ResultSeverityEnum.WARNING) warnings++;
      else return;
      String place = message.getLocationString().replaceAll("\\[\\d+\\]", "").replaceAll("/\\*[^*]*\\*/", "");
      // one line a kind of finding: without ids, object names and, for warnings, the codes that differ
      String text = message.getMessage().replaceAll("[0-9a-f]{8}-[0-9a-f-]{27}", "<id>").replaceAll("@[0-9a-f]{6,8}", "");
      if (!error) text = text.replaceAll("#[^' ,)]+", "#…").replaceAll("codes = [^)]*", "codes = …");
      if (text.length() > 400) text = text.substring(0, 400) + "…";
      messages.merge((error ? "ERROR   " : "warning ") + place + ": " + text, 1, Integer::sum);
    }
  }

  /**
   * R4 binds Patient.communication.language to ValueSet languages as preferred, and US Core to any simple BCP 47 tag; HAPI's own check of
   * languages reports a tag outside of the list (vi, ht) as an error all the same.
   */
  private static boolean isPreferredOnly(SingleValidationMessage message) {
    return message.getLocationString().contains("communication")
        && message.getMessage().contains("not in valueset: http://hl7.org/fhir/ValueSet/languages");
  }

  public static void main(String[] args) throws Exception {
    if (args.length < 2) {
      System.err.println("usage: Judge <us-core.tgz> <folder of bundles> [at most so many] [threads]");
      System.exit(2);
    }
    int most = args.length > 2 ? Integer.parseInt(args[2]) : Integer.MAX_VALUE;
    int threads = args.length > 3 ? Integer.parseInt(args[3]) : 1;
    FhirContext context = FhirContext.forR4();
    FhirValidator validator = validator(context, args[0]);
    List<Path> files;
    try (Stream<Path> all = Files.list(Path.of(args[1]))) {
      files = all.filter(p -> p.toString().matches(".*\\.json(\\.gz)?")).sorted().limit(most).toList();
    }
    Tally tally = new Tally();
    long start = System.nanoTime();
    ExecutorService pool = Executors.newFixedThreadPool(threads);
    List<Future<?>> jobs = new ArrayList<>();
    for (Path file : files) jobs.add(pool.submit(() -> judge(validator, file, tally)));
    for (Future<?> job : jobs) finish(job);
    pool.shutdown();
    double seconds = (System.nanoTime() - start) / 1e9;
    tally.messages.forEach((message, n) -> System.out.println(n + "\t" + message));
    System.out.printf(
        "%d bundles, %d resources, %d errors, %d set aside, %d warnings, %.0f s, %.1f resources/s%n",
        tally.bundles, tally.resources, tally.errors, tally.setAside, tally.warnings, seconds, tally.resources / seconds);
    System.exit(tally.errors > 0 || tally.bundles == 0 ? 1 : 0);
  }

  private static void finish(Future<?> job) throws Exception {
    try {
      job.get();
    } catch (ExecutionException e) {
      throw new IllegalStateException(e.getCause());
    }
  }

  private static void judge(FhirValidator validator, Path file, Tally tally) {
    String text = read(file);
    var result = validator.validateWithResult(text);
    for (SingleValidationMessage message : result.getMessages()) tally.add(message);
    synchronized (tally) {
      tally.bundles++;
      tally.resources += text.split("\"fullUrl\":", -1).length - 1;
      if (tally.bundles % 20 == 0) System.err.printf("%d bundles, %d errors%n", tally.bundles, tally.errors);
    }
  }

  private static String read(Path file) {
    try (InputStream raw = Files.newInputStream(file);
        InputStream in = file.toString().endsWith(".gz") ? new GZIPInputStream(raw) : raw) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static FhirValidator validator(FhirContext context, String usCore) throws IOException {
    UnknownCodeSystemWarningValidationSupport unknown = new UnknownCodeSystemWarningValidationSupport(context);
    unknown.setNonExistentCodeSystemSeverity(IValidationSupport.IssueSeverity.WARNING);
    ValidationSupportChain chain =
        new ValidationSupportChain(
            new DefaultProfileValidationSupport(context),
            packageSupport(context, usCore),
            Supplement.support(context),
            new CommonCodeSystemsTerminologyService(context),
            new InMemoryTerminologyServerValidationSupport(context),
            new SnapshotGeneratingValidationSupport(context),
            unknown);
    FhirInstanceValidator instance = new FhirInstanceValidator(chain);
    instance.setAnyExtensionsAllowed(false);
    instance.setErrorForUnknownProfiles(true);
    instance.setBestPracticeWarningLevel(BestPracticeWarningLevel.Ignore);
    FhirValidator validator = context.newValidator();
    validator.registerValidatorModule(instance);
    return validator;
  }

  /** The profiles, extensions, value sets and code systems of a FHIR package. */
  private static PrePopulatedValidationSupport packageSupport(FhirContext context, String tgz) throws IOException {
    PrePopulatedValidationSupport support = new PrePopulatedValidationSupport(context);
    try (InputStream in = new FileInputStream(tgz)) {
      NpmPackage pack = NpmPackage.fromPackage(in);
      for (String type : List.of("StructureDefinition", "ValueSet", "CodeSystem")) {
        for (String name : pack.listResources(type)) {
          try (InputStream content = pack.load("package", name)) {
            var resource = context.newJsonParser().parseResource(content);
            if (resource instanceof StructureDefinition s) support.addStructureDefinition(s);
            else if (resource instanceof ValueSet v) support.addValueSet(v);
            else if (resource instanceof CodeSystem c) support.addCodeSystem(c);
          }
        }
      }
    }
    return support;
  }
}
