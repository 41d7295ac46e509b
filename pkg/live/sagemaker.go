package live

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"

	"github.com/scalectl/scalectl/pkg/model"
)

// This file alone imports the SageMaker SDK, which is by far the largest of the four and
// sets the time a build takes.

func newSageMaker(cfg aws.Config, retries retries, rec *recorder) *sagemaker.Client {
	return sagemaker.NewFromConfig(cfg, func(o *sagemaker.Options) {
		o.Retryer, o.RetryMaxAttempts = retries.retryer(), retries.attempts
		o.APIOptions = append(o.APIOptions, rec.install(ServiceSageMaker, o.BaseEndpoint))
	})
}

// describeEndpoint returns nil for an endpoint that does not exist.
func (c *Clients) describeEndpoint(ctx context.Context, name string) (*sagemaker.DescribeEndpointOutput, error) {
	out, err := c.SageMaker.DescribeEndpoint(ctx, &sagemaker.DescribeEndpointInput{EndpointName: aws.String(name)})
	if IsNotFound(err) {
		return nil, nil
	}
	return out, failed(err, "describe endpoint %s", name)
}

// describeEndpointConfig returns nil for a config that does not exist: SageMaker lets the
// config of a running endpoint be deleted (fact 179).
func (c *Clients) describeEndpointConfig(ctx context.Context, name string) (*sagemaker.DescribeEndpointConfigOutput, error) {
	out, err := c.SageMaker.DescribeEndpointConfig(ctx, &sagemaker.DescribeEndpointConfigInput{EndpointConfigName: aws.String(name)})
	if IsNotFound(err) {
		return nil, nil
	}
	return out, failed(err, "describe endpoint config %s", name)
}

// ReadComponent returns the inference component, or nil if it does not exist.
func (c *Clients) ReadComponent(ctx context.Context, name string) (*model.Component, error) {
	out, err := c.SageMaker.DescribeInferenceComponent(ctx, &sagemaker.DescribeInferenceComponentInput{InferenceComponentName: aws.String(name)})
	if IsNotFound(err) {
		return nil, nil
	}
	if err != nil {
		return nil, failed(err, "describe inference component %s", name)
	}
	component := &model.Component{
		Name:     cmp.Or(aws.ToString(out.InferenceComponentName), name),
		Endpoint: aws.ToString(out.EndpointName),
		Variant:  aws.ToString(out.VariantName),
		Status:   string(out.InferenceComponentStatus),
	}
	if r := out.RuntimeConfig; r != nil {
		component.DesiredCopyCount = aws.ToInt32(r.DesiredCopyCount)
		component.CurrentCopyCount = aws.ToInt32(r.CurrentCopyCount)
	}
	return component, nil
}

// readEndpoints describes the named endpoints and the configs they run on, each config
// once. Endpoints that do not exist are left out.
func (r *reading) readEndpoints(ctx context.Context, names []string) (map[string]model.Endpoint, error) {
	described := make([]*sagemaker.DescribeEndpointOutput, len(names))
	err := r.each(ctx, ReadingEndpoints, len(names), func(ctx context.Context, i int) (err error) {
		described[i], err = r.clients.describeEndpoint(ctx, names[i])
		return err
	})
	if err != nil {
		return nil, err
	}
	var configNames []string
	for _, e := range described {
		if e != nil && e.EndpointConfigName != nil {
			configNames = append(configNames, *e.EndpointConfigName)
		}
	}
	slices.Sort(configNames)
	configNames = slices.Compact(configNames)
	configs := make([]*sagemaker.DescribeEndpointConfigOutput, len(configNames))
	err = r.each(ctx, ReadingEndpointConfigs, len(configNames), func(ctx context.Context, i int) (err error) {
		configs[i], err = r.clients.describeEndpointConfig(ctx, configNames[i])
		return err
	})
	if err != nil {
		return nil, err
	}
	out := map[string]model.Endpoint{}
	for i, e := range described {
		if e == nil {
			continue
		}
		var config *sagemaker.DescribeEndpointConfigOutput
		if at, ok := slices.BinarySearch(configNames, aws.ToString(e.EndpointConfigName)); ok {
			config = configs[at]
		}
		out[names[i]] = flattenEndpoint(e, config)
	}
	return out, nil
}

// flattenEndpoint joins an endpoint, which knows the live counts, with its config, which
// knows what it runs on (fact 184). config may be nil; then the kind is "" unless the
// endpoint itself tells, and instance types are "". While an endpoint is being made it
// shows no variants, and those of the config stand in with counts of 0.
func flattenEndpoint(e *sagemaker.DescribeEndpointOutput, config *sagemaker.DescribeEndpointConfigOutput) model.Endpoint {
	out := model.Endpoint{
		Name:       aws.ToString(e.EndpointName),
		Status:     string(e.EndpointStatus),
		ConfigName: aws.ToString(e.EndpointConfigName),
		Variants:   map[string]model.Variant{},
	}
	if config != nil {
		for _, v := range config.ProductionVariants {
			name := aws.ToString(v.VariantName)
			variant := model.Variant{
				Name:                   name,
				InstanceType:           flattenInstanceType(v),
				ManagedInstanceScaling: isManaged(v.ManagedInstanceScaling),
			}
			applyServerless(&variant, v.ServerlessConfig)
			out.Variants[name] = variant
		}
	}
	for _, v := range e.ProductionVariants {
		name := aws.ToString(v.VariantName)
		variant := out.Variants[name]
		variant.Name = name
		variant.DesiredInstanceCount = aws.ToInt32(v.DesiredInstanceCount)
		variant.CurrentInstanceCount = aws.ToInt32(v.CurrentInstanceCount)
		if v.ManagedInstanceScaling != nil {
			variant.ManagedInstanceScaling = isManaged(v.ManagedInstanceScaling)
		}
		applyServerless(&variant, cmp.Or(v.DesiredServerlessConfig, v.CurrentServerlessConfig))
		out.Variants[name] = variant
	}
	out.Kind = endpointKind(e, config, out.Variants)
	return out
}

func endpointKind(e *sagemaker.DescribeEndpointOutput, config *sagemaker.DescribeEndpointConfigOutput, variants map[string]model.Variant) model.EndpointKind {
	if e.AsyncInferenceConfig != nil || config != nil && config.AsyncInferenceConfig != nil {
		return model.KindAsync
	}
	for _, v := range variants {
		if v.Serverless {
			return model.KindServerless
		}
	}
	if config == nil {
		return ""
	}
	// Inference components bring their models, so the variants name none (fact 137).
	for _, v := range config.ProductionVariants {
		if v.ModelName == nil {
			return model.KindComponents
		}
	}
	return model.KindRealtime
}

// flattenInstanceType names the instance type, or the types of the pools that stand in for
// it, by priority and joined by commas (fact 121).
func flattenInstanceType(v types.ProductionVariant) string {
	if v.InstanceType != "" || len(v.InstancePools) == 0 {
		return string(v.InstanceType)
	}
	pools := slices.Clone(v.InstancePools)
	slices.SortStableFunc(pools, func(a, b types.InstancePool) int {
		return cmp.Compare(aws.ToInt32(a.Priority), aws.ToInt32(b.Priority))
	})
	names := make([]string, len(pools))
	for i, p := range pools {
		names[i] = string(p.InstanceType)
	}
	return strings.Join(names, ",")
}

func applyServerless(v *model.Variant, s *types.ProductionVariantServerlessConfig) {
	if s == nil {
		return
	}
	v.Serverless = true
	v.MemorySizeInMB = aws.ToInt32(s.MemorySizeInMB)
	v.MaxConcurrency = aws.ToInt32(s.MaxConcurrency)
	v.ProvisionedConcurrency = aws.ToInt32(s.ProvisionedConcurrency)
}

func isManaged(m *types.ProductionVariantManagedInstanceScaling) bool {
	return m != nil && m.Status == types.ManagedInstanceScalingStatusEnabled
}
